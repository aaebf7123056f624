// The folder `migrations/`, compiled in: a deployed binary needs no file beside it and cannot meet the files of another
// version. A new file there needs its three lines here; a test compares this list with the folder. The compiler follows
// the files as it follows headers, so an edited one is compiled in anew.
#include "migrations.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct embedded_file files[] = {
    {"0001_dimensions.sql", (const char[]){
#embed "../../migrations/0001_dimensions.sql" suffix(, 0) if_empty(0)
    }},
    {"0002_facts.sql", (const char[]){
#embed "../../migrations/0002_facts.sql" suffix(, 0) if_empty(0)
    }},
    {"0003_coverage.sql", (const char[]){
#embed "../../migrations/0003_coverage.sql" suffix(, 0) if_empty(0)
    }},
    {"0004_datasets.sql", (const char[]){
#embed "../../migrations/0004_datasets.sql" suffix(, 0) if_empty(0)
    }},
    {"0005_resilience.sql", (const char[]){
#embed "../../migrations/0005_resilience.sql" suffix(, 0) if_empty(0)
    }},
    {"0006_requests.sql", (const char[]){
#embed "../../migrations/0006_requests.sql" suffix(, 0) if_empty(0)
    }},
    {"0007_rollups.sql", (const char[]){
#embed "../../migrations/0007_rollups.sql" suffix(, 0) if_empty(0)
    }},
    {"0008_allowance.sql", (const char[]){
#embed "../../migrations/0008_allowance.sql" suffix(, 0) if_empty(0)
    }},
    {"0009_retention.sql", (const char[]){
#embed "../../migrations/0009_retention.sql" suffix(, 0) if_empty(0)
    }},
    {"R_1_functions.sql", (const char[]){
#embed "../../migrations/R_1_functions.sql" suffix(, 0) if_empty(0)
    }},
    {"R_1_functions_forecast.sql", (const char[]){
#embed "../../migrations/R_1_functions_forecast.sql" suffix(, 0) if_empty(0)
    }},
    {"R_1_functions_retention.sql", (const char[]){
#embed "../../migrations/R_1_functions_retention.sql" suffix(, 0) if_empty(0)
    }},
    {"R_1_functions_statistics.sql", (const char[]){
#embed "../../migrations/R_1_functions_statistics.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views.sql", (const char[]){
#embed "../../migrations/R_2_views.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_channels.sql", (const char[]){
#embed "../../migrations/R_2_views_channels.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_coverage.sql", (const char[]){
#embed "../../migrations/R_2_views_coverage.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_lateness.sql", (const char[]){
#embed "../../migrations/R_2_views_lateness.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions.sql", (const char[]){
#embed "../../migrations/R_2_views_questions.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_anomalies.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_anomalies.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_billing.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_billing.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_billing_channels.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_billing_channels.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_channels.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_channels.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_clients.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_clients.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_coverage.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_coverage.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_days.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_days.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_months.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_months.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_questions_throttling.sql", (const char[]){
#embed "../../migrations/R_2_views_questions_throttling.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_reconciliation.sql", (const char[]){
#embed "../../migrations/R_2_views_reconciliation.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_retention.sql", (const char[]){
#embed "../../migrations/R_2_views_retention.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_rollups.sql", (const char[]){
#embed "../../migrations/R_2_views_rollups.sql" suffix(, 0) if_empty(0)
    }},
    {"R_2_views_versions.sql", (const char[]){
#embed "../../migrations/R_2_views_versions.sql" suffix(, 0) if_empty(0)
    }},
    {"R_3_grants.sql", (const char[]){
#embed "../../migrations/R_3_grants.sql" suffix(, 0) if_empty(0)
    }},
    {"roles.sql", (const char[]){
#embed "../../migrations/roles.sql" suffix(, 0) if_empty(0)
    }},
    {"", ""},
};

struct embedded_file embedded_migration(long index) {
    const long last = sizeof files / sizeof *files - 1;
    return files[index < last ? index : last];
}
