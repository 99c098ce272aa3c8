/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir-emulator: a server that behaves like infoRouter's document web service,
 * for those who have none at hand. */
#include "commit.h"
#include "documents.h"
#include "emulator.h"
#include "faults.h"
#include "handlers.h"
#include "operations.h"
#include "recycle.h"
#include "report.h"
#include "server.h"
#include "settings.h"
#include "soap.h"
#include "store.h"
#include "stream.h"
#include "tree.h"
#include "wsdl.h"

#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2
};

/* Larger blocks, those of connections, go back to the system when they are
 * freed: else they would stay, with what has come between them. */
#define LARGE_BYTES (256 * 1024)

/* A descriptor that can be read once the server is to stop.  All threads
 * inherit the mask, so the signals reach nobody else. */
static int
open_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Every connection may have a socket and a document open. */
static void
raise_limits(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* The n-th --older-version of the same path is its n-th version. */
static bool
add_older_versions(struct ir_emulator *e)
{
    const struct ir_settings *s = e->settings;

    for (size_t i = 0; i < s->n_older; i++) {
        size_t ordinal = 0;

        for (size_t j = 0; j < i; j++)
            ordinal += ir_tree_same(s->older[j].path, s->older[i].path);
        if (!ir_documents_add_older(e, s->older[i].path, ordinal,
                s->older[i].file))
            return false;
    }
    return true;
}

static bool
set_up(struct ir_emulator *e)
{
    const struct ir_settings *s = e->settings;

    e->tree = ir_tree_open(s->root);
    if (e->tree == NULL) {
        fprintf(stderr, "ir-emulator: --root '%s': %s\n", s->root,
            strerror(errno));
        return false;
    }
    e->store = ir_store_open(s->state);
    if (e->store == NULL)
        return false;
    e->report = ir_report_new(ir_operations_count(), ir_operations_name);
    e->wsdl = ir_wsdl_new(s);
    if (e->report == NULL || e->wsdl == NULL) {
        fputs("ir-emulator: out of memory\n", stderr);
        return false;
    }
    ir_commit_recover(e);
    ir_recycle_recover(e);
    ir_handlers_sweep(e);
    ir_handlers_clean(e);
    return add_older_versions(e);
}

static void
tear_down(struct ir_emulator *e)
{
    ir_wsdl_free(e->wsdl);
    ir_report_free(e->report);
    ir_store_close(e->store);
    ir_tree_close(e->tree);
    ir_faults_close(e->faults);
}

static bool
serve(struct ir_emulator *e, int signals)
{
    const struct ir_settings *s = e->settings;
    struct ssl_ctx_st *tls = NULL;
    struct ir_server *server = NULL;
    bool ok = false;
    bool v6 = strchr(s->host, ':') != NULL;

    if (s->tls_cert != NULL) {
        tls = ir_stream_tls(s);
        if (tls == NULL)
            return false;
    }
    server = ir_server_open(e, tls);
    if (server == NULL)
        goto out;
    printf("listening on %s://%s%s%s:%u%s/srv.asmx\n",
        tls == NULL ? "http" : "https", v6 ? "[" : "", s->host, v6 ? "]" : "",
        ir_server_port(server), s->vdir);
    fflush(stdout);
    ir_server_run(server, signals);
    ok = s->report == NULL || ir_report_write(e, s->report);
out:
    ir_server_close(server);
    ir_stream_tls_free(tls);
    return ok;
}

/* With the rules that it may be given. */
static int
run(struct ir_emulator *e)
{
    const struct ir_settings *s = e->settings;
    int result = EXIT_FAILED;
    int signals;

    if (s->faults != NULL) {
        e->faults = ir_faults_open(s->faults);
        if (e->faults == NULL)
            return EXIT_USAGE;
    }
    signals = open_signals();
    raise_limits();
    ir_soap_start();
    if (signals >= 0 && set_up(e) && serve(e, signals))
        result = EXIT_OK;
    tear_down(e);
    if (signals >= 0)
        close(signals);
    return result;
}

int
main(int argc, char **argv)
{
    struct ir_settings settings;
    struct ir_emulator emulator = { .settings = &settings };
    int result = EXIT_FAILED;

    setlocale(LC_CTYPE, "C.UTF-8");
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    switch (ir_settings_parse(&settings, argc, argv)) {
    case IR_SETTINGS_RUN:
        result = run(&emulator);
        break;
    case IR_SETTINGS_DONE:
        result = EXIT_OK;
        break;
    case IR_SETTINGS_BAD:
        result = EXIT_USAGE;
        break;
    }
    ir_settings_clear(&settings);
    return result;
}
