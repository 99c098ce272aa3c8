# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Catalogue, part session: refusals, failures of server and network, in every
place and once or always (F1-F5, F10)."""

from bad_server import (DELETE, LOGIN, LOGOUT, READ, STAGE, Closed, Row, hold,
                        nth, once, refusal, reset)
from rows_http import page

EXPIRED = "[901]Session expired or Invalid ticket"


# ---- where a connection ends -----------------------------------------

def cut(n_bytes, end):
    """Send so much of a reply, then end or hold the connection."""
    def send(call, connection, reply):
        raw = reply.raw()
        connection.sendall(raw[:n_bytes(reply)])
        end(call.server, connection)
    return send


def close(_server, _connection):
    raise Closed


def abort(_server, connection):
    reset(connection)


ENDS = (("closed", close, "network"), ("reset", abort, "network"),
        ("stalled", hold, "timeout"))
PLACES = (
    ("before_the_reply", lambda r: 0),
    ("in_the_status_line", lambda r: 5),
    ("in_the_headers", lambda r: len(r.head()) - 10),
    ("after_the_headers", lambda r: len(r.head())),
    ("in_the_envelope", lambda r: len(r.head()) + 150),
    ("in_the_base64", lambda r: len(r.head()) + len(r.body) // 2),
    ("a_byte_before_the_end", lambda r: len(r.raw()) - 1),
)
CHUNKS = (("first", nth(1)), ("middle", nth(2)), ("last", nth(3)))

# Once: the chunk is fetched again.  A stall costs the idle limit of 1 s.
ONCE = [
    Row(f"{chunk}_chunk_{how}_{where}_once", f"F{2 + (how == 'stalled')}",
        "ok", when=when, send=cut(place, end), reads=4, waits=end is hold)
    for chunk, when in CHUNKS for where, place in PLACES
    for how, end, _ in ENDS
]

ALWAYS = [
    Row(f"chunk_{how}_{where}_always", f"F{2 + (how == 'stalled')}", status,
        when=nth(*range(2, 99)), send=cut(place, end), seconds=3,
        waits=end is hold)
    for where, place in PLACES for how, end, status in ENDS
]

# The other calls: a login or a staging may be repeated, or not.
OTHERS = [
    Row(f"{name}_{how}", f"F{2 + (how == 'stalled')}", status, on=operation,
        send=cut(PLACES[0][1], end), released=False, seconds=3,
        waits=end is hold)
    for name, operation in (("login", LOGIN), ("staging", STAGE))
    for how, end, status in ENDS
] + [
    Row(f"{name}_{how}", "F10", "ok", on=operation, reads=3, seconds=3,
        send=cut(PLACES[0][1], end), waits=end is hold)
    for name, operation in (("deletion", DELETE), ("logout", LOGOUT))
    for how, end, _ in ENDS
]


def reset_at_once(_server, connection, _number):
    reset(connection)


def close_at_once(_server, _connection, _number):
    raise Closed


def silent(server, connection, _number):
    hold(server, connection)


def speak_first(_server, connection, _number):
    connection.sendall(b"220 mail.example ESMTP\r\n")


CONNECTIONS = [
    Row("connection_reset_at_once", "F2", "network", accept=reset_at_once),
    Row("connection_closed_at_once", "F2", "network", accept=close_at_once),
    Row("connection_silent", "F3", "timeout", accept=silent, seconds=3,
        waits=True),
    Row("connection_of_another_protocol", "S7", "network|protocol",
        accept=speak_first),
]


# ---- HTTP status of gateways and servers -----------------------------

def web(code, *headers):
    return page(f"HTTP/1.1 {code} Not now", b"<html>sorry</html>",
                "text/html", *headers)


def waited(seconds):
    def check(test, _server, run):
        test.assertGreaterEqual(run.seconds, seconds, "Retry-After")
    return check


STATUS = [
    Row(f"status_{code}_once", "F1", "ok", when=nth(2), http=web(code),
        reads=4) for code in (500, 502, 503, 504, 429)
] + [
    Row(f"status_{code}_always", "F1", status, http=web(code))
    for code, status in (
        (500, "server"), (501, "server"), (502, "server"), (503, "server"),
        (504, "server"), (429, "server"), (404, "protocol|not_found|server"),
        (405, "protocol|server"), (413, "limit"), (401, "auth"),
        (403, "denied"), (407, "auth"), (410, "protocol|server"))
] + [
    Row("status_503_at_login", "F1", "server", on=LOGIN, http=web(503)),
    Row("status_503_at_staging", "F1", "server", on=STAGE, http=web(503),
        released=False),
    Row("status_503_once_with_retry_after", "F1", "ok", when=nth(2), reads=4,
        http=web(503, ("Retry-After", "1")), seconds=3.5, check=waited(1)),
    Row("retry_after_a_date", "F1", "ok", when=nth(2), reads=4,
        http=web(503, ("Retry-After", "Sat, 01 Jan 2050 00:00:00 GMT"))),
    Row("retry_after_malformed", "F1", "ok", when=nth(2), reads=4,
        http=web(503, ("Retry-After", "-99999999999999999999"))),
]


# ---- refusals --------------------------------------------------------

def refuse(code, text):
    return lambda _call, _answer: refusal(code, text)


def logins(number):
    def check(test, server, _run):
        done = server.count(LOGIN) + server.count("RenewTicket")
        test.assertEqual(done, number, "logins")
    return check


def at_most_logins(number):
    def check(test, server, _run):
        done = server.count(LOGIN) + server.count("RenewTicket")
        test.assertLessEqual(done, number, "logins")
    return check


def one_ticket(test, server, _run):
    """No more calls than the refused one needed."""
    test.assertEqual(server.count(STAGE), 0)


def lose_handler(call, _answer):
    call.server.handlers.pop(call.parameters["downloadhandler"], None)
    return refusal("4000", "The download handler cannot be found.")


REFUSALS = [
    Row(f"ticket_ended_once_{name}", "F4", "ok", when=nth(2), reads=4,
        answer=refuse(code, text), check=logins(2))
    for name, code, text in (
        ("901", None, EXPIRED), ("4010", "4010", "Sitzung abgelaufen."),
        ("901_behind_4000", "4000", EXPIRED),
        ("900", None, "[900]Authentication failed."))
] + [
    Row("ticket_ended_on_the_last_chunk", "F4", "ok", when=nth(3), reads=4,
        answer=refuse("4010", EXPIRED), check=logins(2)),
    Row("ticket_ended_at_staging", "F4", "ok", on=STAGE, when=once, reads=3,
        answer=refuse("4010", EXPIRED), check=logins(2)),
    Row("ticket_ended_for_ever", "F4", "auth", answer=refuse("4010", EXPIRED),
        check=at_most_logins(3)),
    Row("ticket_ended_for_ever_at_staging", "F4", "auth", on=STAGE,
        answer=refuse(None, EXPIRED), released=False,
        check=at_most_logins(3)),
    Row("ticket_ended_at_deletion", "F4", "ok", on=DELETE, when=once, reads=3,
        answer=refuse("4010", EXPIRED)),
    Row("ticket_ended_at_logout", "F4", "ok", on=LOGOUT, reads=3,
        answer=refuse(None, EXPIRED)),
    Row("deletion_refused", "F10", "ok", on=DELETE, reads=3,
        answer=refuse("5000", "SystemError: locked")),
    Row("handler_vanished_once", "F5", "ok", when=nth(2), answer=lose_handler,
        check=lambda t, s, r: t.assertEqual(s.count(STAGE), 2)),
    Row("handler_vanished_always", "F5", "server|not_found",
        answer=lose_handler, released=False,
        check=lambda t, s, r: t.assertLessEqual(s.count(STAGE), 3)),
    Row("password_refused", "F5", "auth", on=LOGIN, check=one_ticket,
        answer=refuse(None, "[900]Authentication failed.")),
    Row("password_refused_with_code", "F5", "auth", on=LOGIN,
        check=one_ticket, answer=refuse("4010", "Anmeldung misslungen.")),
    Row("ticket_not_allowed", "F5", "auth|denied", on=LOGIN, check=one_ticket,
        answer=refuse(None, "[902] Ticket generation not allowed.")),
] + [
    Row(f"staging_refused_{name}", "F5", status, on=STAGE, released=False,
        answer=refuse(code, text))
    for name, code, text, status in (
        ("unknown_document", "4041", "Belge bulunamad\u0131.", "not_found"),
        ("unknown_classic", None, "[2285]Document not found.", "not_found"),
        ("unknown_classic_blank", None, "[2285] Document not found.",
         "not_found"),
        ("unknown_library", None, "[115]Library not found.", "not_found"),
        ("offline", "4230", "The document is offline.", "server"),
        ("denied", "4030", "Insufficient rights.", "denied"),
        ("denied_classic", None, "[921] Insufficient rights.", "denied"),
        ("anonymous", None, "[2730]Anonymous users may not.", "denied|auth"),
        ("bad_argument", "4000", "bad Request", "server"),
        ("server_error", "5000", "SystemError: ORA-00942", "server"),
        ("back_end_away", "5030", "Try again later.", "server"),
        ("taken", "4090", "Name already taken.", "server"),
        ("unknown_code", "9999", "Who knows.", "server"),
        ("code_not_a_number", "many", "Who knows.", "server"),
        ("code_beyond_64_bits", "9" * 30, "Who knows.", "server"),
        ("bracket_not_closed", None, "[2285 Document", "server"),
        ("bracket_beyond_64_bits", None, f"[{'9' * 30}]x", "server"),
        ("without_text", None, "", "server"))
] + [
    Row("staging_refused_code_in_lower_case", "F5", "not_found", on=STAGE,
        released=False, answer=lambda c, a: type(a)(
            {"SUCCESS": "False", "ERROR": "nope", "errorcode": "4041"})),
    Row("chunk_denied", "F5", "denied", answer=refuse("4030", "No."),
        check=lambda t, s, r: t.assertLessEqual(s.count(READ), 2)),
    Row("chunk_back_end_away_once", "F1", "ok", when=nth(2), reads=4,
        answer=refuse("5030", "Try again later.")),
    Row("chunk_server_error_always", "F1", "server",
        answer=refuse("5000", "SystemError: disk")),
]

ROWS = (ONCE + ALWAYS + OTHERS + CONNECTIONS + STATUS + REFUSALS)

