// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// What reads, makes and stores rows by the hundred thousand is optimized in debug builds, too: the tests, which are such
// builds, spend most of their time in it. Optimization inside a file only, so that incremental builds stay quick.
let fast = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "usaged",
    products: [
        .executable(name: "usaged", targets: ["usaged"]),
        .executable(name: "usage-simulator", targets: ["usage-simulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // MARK: Pure
        .target(name: "UsageDomain", swiftSettings: fast),
        .target(name: "JSONRows", swiftSettings: fast),
        .target(name: "Timekeeping", swiftSettings: strict),

        // MARK: PostgreSQL
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "Postgres", dependencies: ["CLibpq", logging], swiftSettings: fast),
        .target(name: "CMigrations", cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "Migrations", dependencies: ["CMigrations", "Postgres", logging], swiftSettings: strict),
        .target(name: "Warehouse", dependencies: ["UsageDomain", "Postgres", logging], swiftSettings: fast),

        // MARK: Vendors
        .target(
            name: "Transport",
            dependencies: [
                "Timekeeping", "UsageDomain", asyncHTTPClient, nioCore, nioHTTP1, logging,
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: fast),
        .target(
            name: "GenesysCloud",
            dependencies: ["UsageDomain", "Timekeeping", "Transport", "JSONRows", logging],
            swiftSettings: fast),

        .target(
            name: "Infodeck",
            dependencies: ["UsageDomain", "Timekeeping", "Transport", "JSONRows", logging],
            swiftSettings: strict),

        // MARK: The daemon
        .target(
            name: "Ingest",
            dependencies: ["UsageDomain", "Timekeeping", "Warehouse", "Postgres", serviceLifecycle],
            swiftSettings: strict),
        .target(
            name: "Operations",
            dependencies: [
                "UsageDomain", "Timekeeping", "Transport", "Warehouse", "Ingest", logging, nioCore, serviceLifecycle,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "UsagedConfiguration",
            dependencies: ["UsageDomain", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "Daemon",
            dependencies: [
                "GenesysCloud", "Infodeck", "Ingest", "Migrations", "Operations", "Postgres", "Timekeeping",
                "Transport",
                "UsageDomain", "UsagedConfiguration", "Warehouse", logging, serviceLifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "usaged",
            dependencies: [
                "Daemon", "Infodeck", "Ingest", "Migrations", "Operations", "Postgres", "UsageDomain",
                "UsagedConfiguration", "Warehouse", argumentParser, logging,
            ],
            swiftSettings: strict),

        // MARK: For demo and tests
        .target(
            name: "UsageSimulator",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                logging, nioCore,
            ],
            exclude: ["Fixtures/LICENSE", "Fixtures/ORIGIN.md"],
            resources: [.embedInCode("Fixtures/genesys-usage-query-feb2020.json")],
            swiftSettings: fast),
        .executableTarget(
            name: "usage-simulator", dependencies: ["UsageSimulator", argumentParser, logging],
            swiftSettings: strict),
        .target(name: "EphemeralPostgres", dependencies: [subprocess, systemPackage], swiftSettings: strict),
        .executableTarget(
            name: "usage-demo",
            dependencies: [
                "EphemeralPostgres", "GenesysCloud", "Infodeck", "Ingest", "Migrations", "Operations", "Postgres",
                "Transport",
                "UsageDomain", "UsageSimulator", "Warehouse", argumentParser, logging,
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: [
                "EphemeralPostgres", "Migrations", "Postgres", logging, nioCore, subprocess,
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),

        .target(name: "Randomness", swiftSettings: strict),

        // MARK: Tests
        .executableTarget(
            name: "cluster-holder", dependencies: ["EphemeralPostgres"], path: "Tests/cluster-holder",
            swiftSettings: strict),
        .testTarget(
            name: "EphemeralPostgresTests",
            dependencies: [
                "EphemeralPostgres", "Postgres", "TestSupport", "cluster-holder", subprocess, systemPackage,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TestSupportTests", dependencies: ["Migrations", "Postgres", "TestSupport"], swiftSettings: strict),
        .executableTarget(
            name: "migration-runner", dependencies: ["Migrations", "Postgres", logging],
            path: "Tests/migration-runner", swiftSettings: strict),
        .testTarget(
            name: "MigrationsTests",
            dependencies: [
                "EphemeralPostgres", "Migrations", "Postgres", "TestSupport", "migration-runner", logging, subprocess,
                systemPackage,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests",
            dependencies: [
                "EphemeralPostgres", "Postgres", "TestSupport", logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WarehouseTests",
            dependencies: [
                "EphemeralPostgres", "Migrations", "Postgres", "TestSupport", "UsageDomain", "Warehouse", logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "Randomness", "TestSupport", "Timekeeping", "Transport", "UsageDomain", logging, nioCore,
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GenesysCloudTests",
            dependencies: [
                "GenesysCloud", "Randomness", "TestSupport", "Timekeeping", "Transport", "UsageDomain",
                "UsageSimulator", logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "InfodeckTests",
            dependencies: [
                "Infodeck", "TestSupport", "Timekeeping", "Transport", "UsageDomain", "UsageSimulator", logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "UsageSimulatorTests",
            dependencies: ["TestSupport", "UsageSimulator", asyncHTTPClient, nioCore, nioHTTP1],
            swiftSettings: strict),
        .target(
            name: "JSONRowsFuzzing", dependencies: ["JSONRows", "Randomness"], path: "Tests/JSONRowsFuzzing",
            exclude: ["Corpus"], swiftSettings: strict),
        .executableTarget(
            name: "json-rows-fuzzer", dependencies: ["JSONRows", "JSONRowsFuzzing"], path: "Tests/json-rows-fuzzer",
            swiftSettings: strict),
        .testTarget(
            name: "JSONRowsTests", dependencies: ["JSONRows", "JSONRowsFuzzing", "Randomness"], swiftSettings: strict),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Ingest", "Operations", "Randomness", "TestSupport", "Timekeeping", "Transport", "UsageDomain",
                "Warehouse", logging,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "EphemeralPostgres", "GenesysCloud", "Infodeck", "Ingest", "Migrations", "Postgres", "Randomness",
                "TestSupport", "Timekeeping", "Transport",
                "UsageDomain", "UsageSimulator", "Warehouse", logging, serviceLifecycle,
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(name: "UsageDomainTests", dependencies: ["Randomness", "UsageDomain"], swiftSettings: strict),
        .executableTarget(
            name: "namespace-listener", path: "Tests/namespace-listener", swiftSettings: strict),
        .testTarget(
            name: "UsagedTests",
            dependencies: [
                "Daemon", "EphemeralPostgres", "Ingest", "Operations", "Postgres", "TestSupport", "Timekeeping",
                "UsageDomain", "UsageSimulator", "UsagedConfiguration", "Warehouse", "namespace-listener", "usaged",
                logging, subprocess,
                systemPackage,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "usage-soak",
            dependencies: [
                "Daemon", "EphemeralPostgres", "Ingest", "Migrations", "Operations", "Postgres", "Randomness",
                "Timekeeping", "UsageDomain", "UsageSimulator", "UsagedConfiguration", argumentParser, asyncHTTPClient,
                logging,
                nioCore, nioHTTP1, subprocess, systemPackage,
            ],
            path: "Tests/usage-soak", swiftSettings: strict),
        .executableTarget(
            name: "analyst-benchmark",
            dependencies: ["EphemeralPostgres", "Migrations", "Operations", "Postgres", argumentParser, logging],
            path: "Tests/Benchmarks",
            resources: [.embedInCode("analyst-world.sql"), .embedInCode("questions.sql")],
            swiftSettings: strict),
        .testTarget(
            name: "UsagedConfigurationTests", dependencies: ["UsageDomain", "UsagedConfiguration"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
