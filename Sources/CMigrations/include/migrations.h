#ifndef USAGED_MIGRATIONS_H
#define USAGED_MIGRATIONS_H

/// One file of the folder `migrations/`, as it was when the program was compiled.
struct embedded_file {
    const char *_Nonnull name;
    /// Ends with a NUL byte, which SQL text cannot hold.
    const char *_Nonnull text;
};

/// The file at that place of the list in `migrations.c`; its name is empty behind the last one.
struct embedded_file embedded_migration(long index);

#endif
