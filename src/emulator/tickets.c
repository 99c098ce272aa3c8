/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Sessions.  A ticket is the name of a session, which may change; what belongs
 * to a session refers to its id.
 *
 * Lifetimes slide with every call, but a call must not cost a write: the
 * database learns of it once the gain is worth it. */
#include "tickets.h"

#include "clock.h"
#include "handlers.h"
#include "settings.h"
#include "store.h"

#include <stdio.h>

/* A lifetime is written again when it has grown by this part of itself. */
enum {
    SLIDE_STEPS = 64
};

static int64_t
lifetime_ms(const struct ir_emulator *e)
{
    return (int64_t)e->settings->ticket_lifetime_s * 1000;
}

bool
ir_tickets_begin(struct ir_emulator *e, const char *user,
    struct ir_session *out)
{
    sqlite3_stmt *q;

    if (!ir_token_new(out->ticket))
        return false;
    snprintf(out->user, sizeof out->user, "%s", user);
    out->expires_ms = ir_clock_wall_ms() + lifetime_ms(e);
    q = ir_store_begin(e->store,
        "INSERT INTO sessions (ticket, user, expires_ms) VALUES (?, ?, ?)");
    ir_store_text(q, 1, out->ticket);
    ir_store_text(q, 2, out->user);
    sqlite3_bind_int64(q, 3, out->expires_ms);
    out->id = ir_store_insert(e->store, q);
    return out->id != 0;
}

static bool
look_up(struct ir_emulator *e, const char *ticket, struct ir_session *out)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT id, user, expires_ms FROM sessions WHERE ticket = ?");
    bool found;

    if (q == NULL)
        return false;
    ir_store_text(q, 1, ticket);
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found) {
        out->id = sqlite3_column_int64(q, 0);
        snprintf(out->user, sizeof out->user, "%s",
            (const char *)sqlite3_column_text(q, 1));
        out->expires_ms = sqlite3_column_int64(q, 2);
        snprintf(out->ticket, sizeof out->ticket, "%s", ticket);
    }
    ir_store_end(e->store, q);
    return found;
}

/* Only while the session still has the ticket 'old': another call may have
 * renewed it since it was looked up. */
static bool
write_back(struct ir_emulator *e, const struct ir_session *session,
    const char *old)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "UPDATE sessions SET ticket = ?, expires_ms = ?"
        " WHERE id = ? AND ticket = ?");

    ir_store_text(q, 1, session->ticket);
    sqlite3_bind_int64(q, 2, session->expires_ms);
    sqlite3_bind_int64(q, 3, session->id);
    ir_store_text(q, 4, old);
    return ir_store_run(e->store, q) == 1;
}

bool
ir_tickets_renew(struct ir_emulator *e, const char *old, const char *user,
    struct ir_session *out)
{
    if (!look_up(e, old, out) || !ir_token_equal(out->user, user)
        || !ir_token_new(out->ticket))
        return false;
    out->expires_ms = ir_clock_wall_ms() + lifetime_ms(e);
    return write_back(e, out, old);
}

bool
ir_tickets_find(struct ir_emulator *e, const char *ticket, bool slide,
    struct ir_session *out)
{
    int64_t now = ir_clock_wall_ms();
    int64_t slid = now + lifetime_ms(e);

    if (!look_up(e, ticket, out) || out->expires_ms <= now)
        return false;
    if (slide && slid - out->expires_ms > lifetime_ms(e) / SLIDE_STEPS) {
        out->expires_ms = slid;
        return write_back(e, out, ticket);
    }
    return true;
}

void
ir_tickets_end(struct ir_emulator *e, const struct ir_session *session)
{
    sqlite3_stmt *q;

    ir_handlers_end_all(e, session->id);
    q = ir_store_begin(e->store, "DELETE FROM sessions WHERE id = ?");
    sqlite3_bind_int64(q, 1, session->id);
    ir_store_run(e->store, q);
}

void
ir_tickets_expire(struct ir_emulator *e, const struct ir_session *session)
{
    struct ir_session expired = *session;

    expired.expires_ms = ir_clock_wall_ms();
    write_back(e, &expired, session->ticket);
}

int64_t
ir_tickets_count(struct ir_emulator *e)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT count(*) FROM sessions WHERE expires_ms > ?");
    int64_t n = 0;

    if (q == NULL)
        return 0;
    sqlite3_bind_int64(q, 1, ir_clock_wall_ms());
    if (sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    ir_store_end(e->store, q);
    return n;
}
