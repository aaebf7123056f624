// The folder `migrations/`, compiled in: a deployed binary needs no file beside it and cannot meet the files of another version.
// A new file there needs its lines here; a test compares this list with the folder. The compiler tracks the files as it does headers.
#include "migrations.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char text_0001_dimensions[] = {
#embed "../../migrations/0001_dimensions.sql"
};

static const unsigned char text_0002_facts[] = {
#embed "../../migrations/0002_facts.sql"
};

static const unsigned char text_0003_coverage[] = {
#embed "../../migrations/0003_coverage.sql"
};

static const unsigned char text_R_1_functions[] = {
#embed "../../migrations/R_1_functions.sql"
};

static const unsigned char text_R_2_views[] = {
#embed "../../migrations/R_2_views.sql"
};

static const unsigned char text_R_3_grants[] = {
#embed "../../migrations/R_3_grants.sql"
};

static const unsigned char text_roles[] = {
#embed "../../migrations/roles.sql"
};

static const struct embedded_file files[] = {
    {"0001_dimensions.sql", text_0001_dimensions, sizeof text_0001_dimensions},
    {"0002_facts.sql", text_0002_facts, sizeof text_0002_facts},
    {"0003_coverage.sql", text_0003_coverage, sizeof text_0003_coverage},
    {"R_1_functions.sql", text_R_1_functions, sizeof text_R_1_functions},
    {"R_2_views.sql", text_R_2_views, sizeof text_R_2_views},
    {"R_3_grants.sql", text_R_3_grants, sizeof text_R_3_grants},
    {"roles.sql", text_roles, sizeof text_roles},
    {"", (const unsigned char[]){0}, 0},
};

struct embedded_file embedded_migration(size_t index) {
    const size_t last = sizeof files / sizeof *files - 1;
    return files[index < last ? index : last];
}
