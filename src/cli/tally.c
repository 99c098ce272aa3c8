/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "tally.h"

#include "output.h"
#include "signals.h"

void
ir_tally_fail(struct ir_tally *t, const char *subject, const struct ir_error *e)
{
    int code = ir_output_error(t->out, subject, e);

    if (t->n_failed++ == 0)
        t->first_code = code;
}

int
ir_tally_must_stop(struct ir_tally *t)
{
    if (ir_signals_caught() != 0 || ir_output_failed(t->out))
        t->is_stopped = 1;
    return t->is_stopped;
}

int
ir_tally_exit(const struct ir_tally *t)
{
    if (ir_signals_caught() != 0 && (t->is_stopped || t->n_failed > 0))
        return ir_fault_exit(IR_E_CANCELLED);
    if (t->n_failed > 0 && t->n_done > 0)
        return IR_EXIT_PARTIAL;
    return t->first_code;
}
