/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * However a call arrives, this is where it is known as a whole: its operation,
 * its request structure and, afterwards, its answer.  The bindings differ only
 * in how the structures are read and written. */
#include "perform.h"

#include "call.h"
#include "operations.h"
#include "stdsoap2.h"

#include <string.h>

bool
ir_perform_is_classic(const struct ir_call *call)
{
    return call->emulator->settings->generation == IR_CLASSIC;
}

/* Classic servers have one name for all, but not the operations of others. */
enum ir_root
ir_perform_root(const struct ir_call *call)
{
    const struct ir_operation *o = call->operation;
    bool is_modern = !ir_perform_is_classic(call);

    return is_modern || (o->traits & IR_MODERN_ONLY) ? o->modern_root
                                                     : IR_ROOT_RESPONSE;
}

bool
ir_perform_fits(const struct ir_call *call, const struct ir_parameter *p,
    int64_t value)
{
    if (p->kind == IR_PARAMETER_OFFSET
        && call->emulator->settings->large_offsets)
        return true;
    return value >= INT32_MIN && value <= INT32_MAX;
}

bool
ir_perform_all_fit(const struct ir_call *call, const void *in)
{
    for (const struct ir_parameter *p = call->operation->parameters;
         p->name != NULL; p++) {
        const LONG64 *value = (const LONG64 *)((const char *)in + p->offset);

        if ((p->kind == IR_PARAMETER_INT || p->kind == IR_PARAMETER_OFFSET)
            && !ir_perform_fits(call, p, *value))
            return false;
    }
    return true;
}

/* Tell the outcome in the answer's attributes, as the generation does. */
static void
set_outcome(struct ir_call *call, void *answer)
{
    const struct ir_operation *o = call->operation;
    const struct ir_refusal_text *r = ir_refusal_text(call->refusal);
    char **success = (char **)((char *)answer + o->answer->success);
    char **error = (char **)((char *)answer + o->answer->error);
    char **code = (char **)((char *)answer + o->answer->error_code);
    bool bracketed = ir_perform_is_classic(call) || (o->traits & IR_BRACKETED);

    if (o->answer == &ir_answer_Bytes)
        return;
    if (call->refusal == IR_GRANTED) {
        *success = ir_call_text(call, "true");
        if ((o->traits & IR_EMPTY_ERROR) && *error == NULL)
            *error = ir_call_text(call, "%s", "");
        return;
    }
    if (call->refusal == IR_TOLD) {
        *success = ir_call_text(call, "false");
        return;
    }
    memset(answer, 0, o->answer->size);
    *success = ir_call_text(call, "false");
    if (bracketed && r->bracket != 0)
        *error = ir_call_text(call, "[%d]%s", r->bracket, r->text);
    else if (call->detail != NULL)
        *error = ir_call_text(call, "%s (%s)", r->text, call->detail);
    else
        *error = ir_call_text(call, "%s", r->text);
    if (!ir_perform_is_classic(call))
        *code = ir_call_text(call, "%d", r->code);
}

void *
ir_perform(struct ir_call *call, const void *in)
{
    const struct ir_operation *o = call->operation;
    struct ir_report *report = call->emulator->report;
    struct ir_faults *faults = call->emulator->faults;
    void *answer = soap_malloc(call->soap, o->answer->size);

    ir_report_call(report, (size_t)(o - ir_operations_at(0)), call->binding);
    if (answer == NULL)
        return NULL;
    memset(answer, 0, o->answer->size);
    if (faults == NULL || !ir_faults_on_call(call, in, answer))
        call->refusal = o->serve(call, in, answer);
    if (call->refusal != IR_GRANTED && call->refusal != IR_TOLD)
        ir_report_refusal(report, ir_refusal_text(call->refusal)->code);
    set_outcome(call, answer);
    if (faults != NULL)
        ir_faults_on_answer(call, answer);
    return answer;
}
