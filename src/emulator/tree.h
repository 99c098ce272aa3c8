/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_TREE_H
#define IR_EMULATOR_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_PATH_SIZE 4096

struct ir_tree;

/* What tells one content of a file from another without reading it. */
struct ir_identity {
    uint64_t size;
    uint64_t inode;
    int64_t mtime_ns;
};

/* A folder or document below the root, as it is on disk.  'path' is
 * /Library/Folder/Name in the spelling of the disk, "/" for the root. */
struct ir_entry {
    char path[IR_PATH_SIZE];
    bool is_folder;
    struct ir_identity identity;
    int64_t modified_ms;
};

/* One name in a folder. */
struct ir_name {
    char *name;
    bool is_folder;
};

/* NULL with errno set if 'root' is no folder that can be read. */
struct ir_tree *ir_tree_open(const char *root);
void ir_tree_close(struct ir_tree *t);

/* Find what a client calls 'path': the leading slash is optional, '\' is '/',
 * names match in any case unless one matches exactly. */
bool ir_tree_find(const struct ir_tree *t, const char *path,
    struct ir_entry *out);

/* A descriptor to read the document at 'path', which came from ir_tree_find;
 * -1 if it is gone. */
int ir_tree_read(const struct ir_tree *t, const char *path);

/* A descriptor of the folder at 'path', for changes in it; -1 if it is gone. */
int ir_tree_folder(const struct ir_tree *t, const char *path);

/* Who reads a document together with what the database knows of it shares the
 * tree; who changes both owns it.  Not to be nested. */
void ir_tree_share(struct ir_tree *t);
void ir_tree_own(struct ir_tree *t);
void ir_tree_release(struct ir_tree *t);

/* Names that begin so are the emulator's own, and invisible. */
#define IR_TREE_PART ".ir-emulator-"

/* The folders, then the documents of a folder, each sorted by name.  'out' is
 * to be freed with ir_tree_names_free.  False if the folder cannot be read. */
bool ir_tree_list(const struct ir_tree *t, const char *path,
    struct ir_name **out, size_t *n);
void ir_tree_names_free(struct ir_name *names, size_t n);

/* Whether two paths name the same thing, as ir_tree_find sees it. */
bool ir_tree_same(const char *a, const char *b);

/* What a file is now; false if that cannot be told. */
bool ir_tree_identify(int fd, struct ir_identity *out);

#endif
