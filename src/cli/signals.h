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

/* Of the thread that takes the signals, and of so many beside it. */
#define IR_SIGNALS_CLIENTS 17

/* A client to cancel, until ir_signals_forget(), which is due before it is
 * freed.  Both on the thread that takes the signals. */
void ir_signals_watch(struct ir_client *client);
void ir_signals_forget(struct ir_client *client);

/* The signal that came, or 0. */
int ir_signals_caught(void);

#endif
