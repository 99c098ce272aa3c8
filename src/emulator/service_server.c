/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the server tells about itself. */
#include "service.h"

#include <limits.h>
#include <unistd.h>

enum {
    UPLOAD_TIMEOUT_S = 900
};

static void
describe_modules(struct ir_call *call, struct tns__ServerInfoAnswer *a)
{
    a->Company = ir_call_text(call, "Emulator");
    a->LicenseCount = ir_call_text(call, "40");
    a->SubscriptionEndDate = ir_call_text(call, "2031-12-31T23:59:59Z");
    a->WindowsAuthenticationIsOn = ir_call_text(call, "false");
    a->WorkflowIsOn = ir_call_text(call, "false");
    a->AnonymousAccessIsOn = ir_call_text(call, "false");
    a->ComplianceModuleIsOn = ir_call_text(call, "false");
}

enum ir_refusal
ir_service_ServerInfo(struct ir_call *call, const void *in, void *out)
{
    struct tns__ServerInfoAnswer *a = out;
    int64_t now = ir_clock_wall_ms();
    char local[IR_DATE_LENGTH];
    char offset[IR_DATE_LENGTH];
    char host[HOST_NAME_MAX + 1] = "";

    (void)in;
    gethostname(host, sizeof host - 1);
    ir_clock_format_local(now, local, offset);
    a->Server_USCOREdate_USCOREtime = ir_call_text(call, "%s", local);
    a->Coordinated_USCOREUniversal_USCORETime =
        ir_service_date(call, IR_DATE_UTC, now);
    a->UTC_USCOREOffset = ir_call_text(call, "%s", offset);
    a->ServerName = ir_call_text(call, "%s", host);
    if (call->emulator->settings->generation == IR_CLASSIC) {
        a->VersionNumber = ir_call_text(call, "8.0.0.155");
        return IR_GRANTED;
    }
    a->VersionNumber = ir_call_text(call, "9.0.3.118");
    describe_modules(call, a);
    return IR_GRANTED;
}

/* 0 is no limit, to the real server as well. */
static char *
max_document(struct ir_call *call)
{
    return ir_call_text(call, "%llu",
        (unsigned long long)call->emulator->settings->max_document_bytes);
}

enum ir_refusal
ir_service_getApplicationParameters(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__getApplicationParameters *r = in;
    struct tns__ApplicationParametersAnswer *a = out;
    struct ir_session session;
    struct tns__Parameters *p;
    enum ir_refusal refusal =
        ir_call_session(call, r->AuthenticationTicket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    p = soap_malloc(call->soap, sizeof *p);
    if (p == NULL)
        return IR_BROKEN;
    soap_default_tns__Parameters(call->soap, p);
    p->WEBDAV = ir_call_text(call, "FALSE");
    p->ATTACHMENTSIZELIMIT = max_document(call);
    p->FILEUPLOADLIMIT = max_document(call);
    p->SEARCHPAGESIZE = ir_call_text(call, "50");
    a->PARAMETERS = p;
    return IR_GRANTED;
}

/* The settings for uploads and for zips, in one piece of memory. */
struct settings_parts {
    struct tns__GeneralSettings all;
    struct tns__UploadSettings upload;
    struct tns__ZipDownloadSetting zip;
};

enum ir_refusal
ir_service_GetGeneralAppSettings(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__GetGeneralAppSettings *r = in;
    const struct ir_settings *s = call->emulator->settings;
    struct tns__GeneralAppSettingsAnswer *a = out;
    struct ir_session session;
    struct settings_parts *p;
    enum ir_refusal refusal =
        ir_call_session(call, r->authenticationTicket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    p = soap_malloc(call->soap, sizeof *p);
    if (p == NULL)
        return IR_BROKEN;
    p->upload.DocumentMaxSize = max_document(call);
    p->upload.FileUploadTimeOut = ir_call_text(call, "%d", UPLOAD_TIMEOUT_S);
    p->upload.DefaultUploadFileChunkSize =
        ir_call_text(call, "%u", ir_service_grant(call, 0));
    p->zip.Enabled = ir_call_text(call, "true");
    p->zip.MaxTotalSize =
        ir_call_text(call, "%llu", (unsigned long long)s->zip_max_bytes);
    p->zip.MaxTotalCount = ir_call_text(call, "%u", s->zip_max_count);
    p->all.UploadSettings = &p->upload;
    p->all.ZipDownloadSetting = &p->zip;
    a->GeneralSettings = &p->all;
    return IR_GRANTED;
}
