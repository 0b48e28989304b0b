"""`/api/docs`: the document to read and to try out, by Swagger UI, on a page of this service's own.

The page that comes with it cannot be read by everybody: what it lacks is added here, and held by axe-core in the tests.
"""

from importlib import resources
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

DIST = Path(str(resources.files("flask_swagger_ui") / "dist"))
OWN = {"index.html": "text/html", "docs.css": "text/css", "docs.js": "text/javascript"}
#: Styles within the page are Swagger UI's; nothing else in it is not of this service.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def docs_blueprint() -> Blueprint:
    """The page with its assets."""
    docs = Blueprint("swagger_ui", __name__, url_prefix="/api/docs")

    @docs.route("/", methods=["GET"])
    @docs.route("/<path:path>", methods=["GET"])
    def show(path: str = "index.html") -> Response:
        """The page, or what belongs to it."""
        if path not in OWN:
            return send_from_directory(DIST, path)
        content = (resources.files(__package__) / "docs_page" / path).read_bytes()
        answer = Response(content, mimetype=OWN[path])
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return docs
