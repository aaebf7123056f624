#ifndef USAGED_MIGRATIONS_H
#define USAGED_MIGRATIONS_H

#include <stddef.h>

/// One file of the folder `migrations/`, as it was when the program was compiled.
struct embedded_file {
    const char *_Nonnull name;
    const unsigned char *_Nonnull text;
    size_t length;
};

/// The file at that place of the list in `migrations.c`; its name is empty behind the last one.
struct embedded_file embedded_migration(size_t index);

#endif
