/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An upload that a process left behind: go on where its last acknowledgement
 * stands, or see that it was committed; where that cannot be seen the commit is
 * sent again, which a server serves once.  The protocol does not tell how much is
 * staged, so that after any other step its handler is deleted and the upload
 * begins anew. */
#ifndef IR_TRANSFER_RESUME_H
#define IR_TRANSFER_RESUME_H

#include "transfer/store.h"

/* Before anything is staged.  'u->is_done': the document is stored already;
 * 'u->push.left': what can be gone on with, 'u->is_commit_repeated' if only the
 * commit is left of it. */
enum ir_status ir_resume_upload(struct ir_store *u);

#endif
