/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Several documents at once: zips and the download queue.  Refused so far. */
#include "service.h"

IR_SERVICE_NOT_OFFERED(DownloadZipWithHandler)
IR_SERVICE_NOT_OFFERED(DownloadZip)
IR_SERVICE_NOT_OFFERED(GetDownloadQue)
IR_SERVICE_NOT_OFFERED(AddToDownloadQueue)
IR_SERVICE_NOT_OFFERED(RemoveFromDownloadQueue)
