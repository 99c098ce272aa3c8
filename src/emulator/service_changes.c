/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Changing documents and folders in place: locks, deletion, new folders.
 * Refused so far. */
#include "service.h"

IR_SERVICE_NOT_OFFERED(Lock)
IR_SERVICE_NOT_OFFERED(UnLock)
IR_SERVICE_NOT_OFFERED(DeleteDocument)
IR_SERVICE_NOT_OFFERED(CreateFolder)
