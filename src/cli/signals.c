/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include <inforouter.h>

/* Lock-free; other threads only look whether a signal was caught. */
static atomic_int caught;
static _Atomic(struct ir_client *) watched[IR_SIGNALS_CLIENTS];

static void
take(int signal_number)
{
    if (caught != 0)
        _exit(128 + signal_number);
    caught = signal_number;
    for (size_t i = 0; i < IR_SIGNALS_CLIENTS; i++)
        if (watched[i] != NULL)
            ir_client_cancel(watched[i]);
}

void
ir_signals_install(void)
{
    static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = take };
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction inherited;

    sigemptyset(&action.sa_mask);
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++) {
        if (sigaction(ending[i], NULL, &inherited) == 0
            && inherited.sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
    }
    /* A reader that went away is a write error: EPIPE. */
    sigaction(SIGPIPE, &ignore, NULL);
}

static void
replace(struct ir_client *old, struct ir_client *new)
{
    size_t i = 0;

    while (i < IR_SIGNALS_CLIENTS && watched[i] != old)
        i++;
    if (i < IR_SIGNALS_CLIENTS)
        watched[i] = new;
}

/* A signal that came before there was a client counts for it too. */
void
ir_signals_watch(struct ir_client *client)
{
    replace(NULL, client);
    if (caught != 0)
        ir_client_cancel(client);
}

void
ir_signals_forget(struct ir_client *client)
{
    replace(client, NULL);
}

int
ir_signals_caught(void)
{
    return caught;
}
