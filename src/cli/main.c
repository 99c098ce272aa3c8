/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir: the table of verbs, and the way from the command line to one of them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "config.h"
#include "output.h"
#include "signals.h"

const struct ir_verb ir_verbs[] = {
    { "get", IR_VERB_GET, "REMOTE...", 1, -1, "store documents in local files",
        "Fetch documents chunk by chunk, verify them, and store each under "
        "its last name, or as -o says.  REMOTE is /Library/Folder/Name, or "
        "~D and the document's id, as in ~D40817.  A local file is replaced "
        "only when every byte has been verified.  With -r, REMOTE may be a "
        "folder, which goes to a directory of that name, below the one of "
        "-o; names that are unsafe here are percent-encoded.",
        NULL, ir_cmd_get },
    { "put", IR_VERB_PUT, "LOCAL...|- REMOTE", 2, -1,
        "store local files as documents",
        "Send files, or with - standard input, chunk by chunk, commit each as "
        "a new document or as a new version of the one that exists, and "
        "compare what the server stored.  REMOTE is as for get; one that "
        "ends with / is a folder, in which a file keeps its name.  With -r, "
        "LOCAL may be a directory: it becomes a folder of its name in a "
        "REMOTE that ends with /, else REMOTE itself.",
        NULL, ir_cmd_put },
    { "zip", IR_VERB_ZIP, "[REMOTE...] -o FILE|-", 0, -1,
        "store documents and folders as one archive",
        "Have the server pack documents, and folders with all that is in "
        "them, and fetch the zip archive.  A file appears only when every "
        "document in it has been read and its checksum compared; standard "
        "output gets verified chunks.  REMOTE is as for get, or a folder's "
        "path, or ~F and its id.",
        NULL, ir_cmd_zip },
    { "ls", IR_VERB_LS, "REMOTE...", 1, -1, "list folders",
        "List what is in folders: size, CRC32, version and name, folders "
        "with a / at the end.  The folder / has the libraries.",
        NULL, ir_cmd_ls },
    { "info", IR_VERB_INFO, "REMOTE...", 1, -1,
        "show size, checksum and versions of documents",
        "Show what the server tells about documents: size, CRC32, version, "
        "name, type and date, and each version.  Nothing is transferred.",
        NULL, ir_cmd_info },
    { "verify", IR_VERB_VERIFY, "REMOTE...", 1, -1,
        "compare local files with documents",
        "Compare the files in which 'ir get' with the same operands and -o "
        "stores documents with what the server has: size and CRC32.  Nothing "
        "is transferred.",
        NULL, ir_cmd_verify },
    { "jobs", IR_VERB_JOBS, "", 0, 0, "list transfers under way or interrupted",
        "List the transfers that are under way, those that ended without "
        "deleting their handler on the server, and the downloads that the "
        "same 'ir get' would resume.",
        NULL, ir_cmd_jobs },
    { "gc", IR_VERB_GC, "", 0, 0, "delete handlers that were left behind",
        "Delete the handlers that runs which are gone, killed for example, "
        "left open on this server.  Servers tie them to a session or user: "
        "log in as the same, or use the same --ticket-file.",
        NULL, ir_cmd_gc },
    { "login", IR_VERB_LOGIN, "", 0, 0, "open a session for other verbs",
        "Log in as --user and write the ticket of the session to "
        "--ticket-file, which only you can read.  The password comes from "
        "--password-file, --password-stdin, or a prompt at the terminal.",
        NULL, ir_cmd_login },
    { "logout", IR_VERB_LOGOUT, "", 0, 0, "end that session",
        "End the session of --ticket-file and remove the file.", NULL,
        ir_cmd_logout },
    { "ticket", IR_VERB_TICKET, "", 0, 0, "show whose session it is",
        "Show whose session the one of --ticket-file is, and until when.", NULL,
        ir_cmd_ticket },
    { "call", IR_VERB_CALL, "[OPERATION [NAME=VALUE...]]", 0, -1,
        "make one call of the web service",
        "Call one operation of the server and print its reply; without "
        "OPERATION, list them with their parameters.  Passwords and tickets "
        "are no parameters here but come as for the other verbs.  The bytes "
        "that an operation gives go to standard output or to -o.",
        ir_cmd_call_word, ir_cmd_call },
    { "help", IR_VERB_HELP, "[VERB]", 0, 1, "explain a verb and its options",
        "Explain a verb and its options.", ir_cmd_help_word, ir_cmd_help },
    { "completion", IR_VERB_COMPLETION, "bash|zsh|fish", 1, 1,
        "print a completion script for a shell",
        "Print a script that teaches a shell to complete the words of ir, "
        "for example: source <(ir completion bash)",
        ir_cmd_completion_word, ir_cmd_completion },
    { NULL, IR_VERBS_ALL, NULL, 0, 0, NULL, NULL, NULL, NULL },
};

const struct ir_verb *
ir_verbs_find(const char *name)
{
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++) {
        if (strcmp(v->name, name) == 0)
            return v;
    }
    return NULL;
}

/* Were one of the three closed, a document or a connection would get its number
 * and be mixed with what is printed.  The stand-ins fail when they are used. */
static void
fill_standard_descriptors(void)
{
    static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };

    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", modes[fd]);
    }
}

/* Help must be there also when a setting is wrong. */
static int
needs_settings(const struct ir_settings *s)
{
    return !ir_options_get(s, IR_OPTION_HELP, 0)
        && !ir_options_get(s, IR_OPTION_VERSION, 0)
        && (s->verb == NULL || (s->verb->bit & IR_VERBS_TALKING) != 0);
}

static int
run(const struct ir_settings *s, struct ir_output *out)
{
    if (ir_options_get(s, IR_OPTION_VERSION, 0)) {
        fprintf(out->data, "ir %d.%d.%d\n", IR_VERSION_MAJOR, IR_VERSION_MINOR,
            IR_VERSION_PATCH);
        return IR_EXIT_OK;
    }
    if (ir_options_get(s, IR_OPTION_HELP, 0))
        return ir_cmd_help(s, out);
    return s->verb->run(s, out);
}

int
main(int argc, char **argv)
{
    struct ir_settings s = { .verb = NULL };
    struct ir_error e = { .status = IR_OK };
    struct ir_output out;
    int code;

    fill_standard_descriptors();
    prctl(PR_SET_DUMPABLE, 0); /* no secrets in core files */
    setvbuf(stderr, NULL, _IOLBF, 0); /* a line in one piece, among others */
    ir_signals_install();
    ir_options_parse(&s, argc, argv, &e);
    if (needs_settings(&s)) {
        ir_config_environment(&s, &e);
        ir_config_file(&s, &e);
    }
    ir_output_init(&out, &s);
    code = e.status == IR_OK ? run(&s, &out) : ir_output_error(&out, NULL, &e);
    code = ir_output_close(&out, code);
    ir_options_clear(&s);
    return code;
}
