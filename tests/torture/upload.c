/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Stores a file with what ir has no option for, and ends as "ir put --json"
 * does, for lostreplies.py:
 *   upload URL TICKET-FILE STATE-DIR IDLE-MS MAX-MS FILE PATH COMMIT OPTION...
 * COMMIT is version-number or xml-parameters, an OPTION is lock, fail (in place
 * of --on-ambiguous fail) or anything else for none. */
#include <inforouter.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
read_ticket(const char *file, char *ticket, size_t size)
{
    FILE *f = fopen(file, "r");
    int ok = f != NULL && fgets(ticket, (int)size, f) != NULL;

    if (f != NULL)
        fclose(f);
    ticket[strcspn(ticket, "\n")] = '\0';
    return ok;
}

static int
warn(void *ctx, const struct ir_progress *p)
{
    (void)ctx;
    if (p->event == IR_EVENT_WARNING)
        printf("{\"event\":\"warning\",\"message\":\"%s\"}\n", p->message);
    return 0;
}

/* Messages of the emulator have nothing in them that JSON would escape. */
static int
tell(const struct ir_error *e)
{
    int code = e->status == IR_E_AMBIGUOUS                       ? 12
        : e->status == IR_E_NETWORK || e->status == IR_E_TIMEOUT ? 6
                                                                 : 9;

    if (e->status == IR_OK) {
        puts("{\"event\":\"done\"}");
        return 0;
    }
    printf("{\"event\":\"error\",\"status\":\"%s\",\"exit\":%d,"
           "\"retryable\":%s,\"message\":\"%s\"}\n",
        ir_status_name(e->status), code, e->retryable ? "true" : "false",
        e->message);
    return code;
}

int
main(int argc, char **argv)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_upload_options with = IR_UPLOAD_OPTIONS_INIT;
    struct ir_client *c = NULL;
    struct ir_error e;
    char ticket[256] = "";

    if (argc < 9 || !read_ticket(argv[2], ticket, sizeof ticket))
        return 2;
    o.state_dir = argv[3];
    o.idle_timeout_ms = atoi(argv[4]);
    o.call_timeout_ms = atoi(argv[5]);
    with.chunk_bytes = 4096;
    with.n_retries = 2;
    with.retry_delay_ms = 1;
    with.progress = warn;
    if (strcmp(argv[8], "version-number") == 0)
        with.version = 7000000;
    else
        with.xml_parameters = "<xmlparameters/>";
    for (int i = 9; i < argc; i++) {
        with.lock |= strcmp(argv[i], "lock") == 0;
        with.fail_in_doubt |= strcmp(argv[i], "fail") == 0;
    }
    if (ir_client_new(argv[1], &o, &c, &e) == IR_OK) {
        if (ir_set_ticket(c, ticket) == IR_OK)
            ir_upload_file(c, argv[6], argv[7], &with, NULL);
        e = *ir_client_error(c);
    }
    ir_client_free(c);
    return tell(&e);
}
