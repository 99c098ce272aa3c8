/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * SIGINT, SIGTERM and SIGHUP cancel what is running, so that the server is
 * tidied up; a second one ends the program at once. */
#ifndef IR_CLI_SIGNALS_H
#define IR_CLI_SIGNALS_H

struct ir_client;

/* A signal that the caller of the program ignores stays ignored. */
void ir_signals_install(void);

/* The client to cancel; NULL before it is freed. */
void ir_signals_watch(struct ir_client *client);

/* The signal that came, or 0. */
int ir_signals_caught(void);

#endif
