/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include <inforouter.h>

static volatile sig_atomic_t caught;
static struct ir_client *volatile watched;

static void
take(int signal_number)
{
    if (caught != 0)
        _exit(128 + signal_number);
    caught = signal_number;
    if (watched != NULL)
        ir_client_cancel(watched);
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

/* A signal that came before there was a client counts for it too. */
void
ir_signals_watch(struct ir_client *client)
{
    watched = client;
    if (client != NULL && caught != 0)
        ir_client_cancel(client);
}

int
ir_signals_caught(void)
{
    return caught;
}
