/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_WSDL_H
#define IR_EMULATOR_WSDL_H

struct ir_settings;
struct ir_wsdl;

/* wsdl/srv.wsdl as the build found it, ended by a NUL. */
extern const char ir_wsdl_source[];

/* The description in the spelling of the settings; NULL if memory ran out. */
struct ir_wsdl *ir_wsdl_new(const struct ir_settings *s);
void ir_wsdl_free(struct ir_wsdl *w);

/* The description of the service at 'address', to be freed with free(). */
char *ir_wsdl_text(const struct ir_wsdl *w, const char *address);

#endif
