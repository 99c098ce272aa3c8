/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The public header stands alone. */
#include <inforouter.h>

int ir_header_stands_alone(void);

int
ir_header_stands_alone(void)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_download_options d = IR_DOWNLOAD_OPTIONS_INIT;

    return o.size == sizeof o && d.size == sizeof d;
}
