/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Looks at the XML of a reply as its blocks arrive, before it is parsed, and
 * stops what would cost more than an answer is worth: anything that is not
 * XML, document types, tags without end, more tags than the call can need, and
 * names that a reference to NUL would cut off. */
#ifndef IR_WIRE_GUARD_H
#define IR_WIRE_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* Longest tag, from '<' to '>'. */
#define IR_GUARD_TAG_BYTES 8192

struct ir_guard {
    uint64_t max_tags;
    uint64_t n_tags;
    size_t tag_bytes; /* in the tag, comment or section that is open */
    char tail[2];     /* the last bytes of an open comment or section */
    int reference;    /* how much of "&#0;" has come inside a tag */
    char quote;       /* the quote that is open inside a tag, or 0; or what
                         follows "<!" */
    int state;
};

void ir_guard_init(struct ir_guard *g, uint64_t max_tags);

/* The next block.  NULL if it may be parsed, else what is wrong with it. */
const char *ir_guard_check(struct ir_guard *g, const char *data, size_t n);

#endif
