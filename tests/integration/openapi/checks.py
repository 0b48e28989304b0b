"""What Schemathesis checks beside its own checks; loaded by its command line."""

import json

import schemathesis

#: What no schema can say of a request, but the service, its settings and its jobs decide.
DECIDED = (
    "this service calls no such address",
    "not a cursor of this service",
    "The feed would replace its source.",
    "required: this job has no generated feed to validate",
)
CODES = ("unknown_partner", "wrong_ending")


@schemathesis.check
def valid_requests_are_taken(
    _: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """`positive_data_acceptance`, but for what the service decides: what fits the document is not called wrong."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code in (400, 413, 414, 415, 422):
        problem = json.loads(response.text)
        decided = problem["code"] in CODES or any(reason in problem["detail"] for reason in DECIDED)
        assert decided, f"this fits the document, but is refused: {problem}"
