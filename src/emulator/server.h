/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SERVER_H
#define IR_EMULATOR_SERVER_H

#include "emulator.h"

#include <stdbool.h>

struct ir_server;
struct ssl_ctx_st;

/* Listen where the settings say.  'tls' is NULL for http.  Says on stderr why
 * it returns NULL. */
struct ir_server *ir_server_open(struct ir_emulator *e, struct ssl_ctx_st *tls);
void ir_server_close(struct ir_server *s);

/* The port that was taken. */
unsigned ir_server_port(const struct ir_server *s);

/* Serve until 'signals', a descriptor, can be read; then let the calls that are
 * being served come to an end, for a moment. */
void ir_server_run(struct ir_server *s, int signals);

#endif
