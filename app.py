"""The WSGI entry: `flask run`, `python3 app.py`, or any WSGI server with `app:create_app()`."""

from feedscript.entrypoints.http import create_app

if __name__ == "__main__":
    from feedscript.entrypoints.cli.serve import serve_alone

    serve_alone(create_app())
