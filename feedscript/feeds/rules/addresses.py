"""Web addresses: which of them browsers and servers take.

The form is RFC 3986's for http and https, with a host as RFC 1123 and the name system have it. It is narrower than the
URL Standard (https://url.spec.whatwg.org), by which browsers mend nearly anything: what they would have to mend, other
readers of a feed may not take.
"""

from feedscript.feeds.rules.hypertext import AMPERSAND

_HEX = "%[0-9a-fA-F]{2}"
#: The last label is no number, which would make the host an IPv4 address; underscores are taken but in the last.
_LABEL = "[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_LAST_LABEL = "[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HOST = rf"(?:(?:{_LABEL}\.)+{_LAST_LABEL}|(?:{_OCTET}\.){{3}}{_OCTET})"
_PORT = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_USER = rf"(?:[a-zA-Z0-9._~!$&'()*+,;=:-]|{_HEX})+@"
#: Characters that stand for themselves behind the host; the brackets, `^` and `` ` `` as browsers have it.
PLAIN = r"!#$&-;=?-\[\]^_`a-z~"
#: Control characters pass but for white space: they are too rare to ask every link for each of them.
_AFTER_HOST = rf"[/?#](?:[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{PLAIN}]|{_HEX})*"

#: The pattern (Python's and RE2's) of an address that every reader takes as it is.
ADDRESS = rf"(?i:https?)://(?:{_USER})?{_HOST}(?::{_PORT})?(?:{_AFTER_HOST})?"
#: The pattern (Python's and RE2's) of a second address's beginning: behind a sign that parts values, a letter, a digit.
#: An address within another's path or query stands behind another sign, plain or encoded: `/`, `=`, `%3D`.
SECOND_ADDRESS = r"(?is:[\s,;|]|[^%].[^\x00-/:-@\[-`{-\x7f])(?i:https?)://"
#: The pattern (RE2) of what `mended_address` mends: a character that is no part of addresses, or stands for another.
SUSPECT = r"[^!-~]|[\"<>\\{|}]|^//|,//|&(?:amp|AMP|#)|%(?:[^0-9a-fA-F]|[0-9a-fA-F][^0-9a-fA-F]|[0-9a-fA-F]?$)"
#: Characters that an address holds only encoded: the usual ones of those that `ADDRESS` does not take.
ENCODED_ONLY = (" ", '"', "<", ">", "\\", "{", "|", "}", "\t", "\n", "\r", "%")
#: What an ampersand is when HTML was copied into a feed.
ESCAPED_AMPERSAND = f"&(?:{AMPERSAND})+"
