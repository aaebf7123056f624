// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "usaged",
    targets: [
        .target(name: "UsageDomain", swiftSettings: strict),
        .testTarget(name: "UsageDomainTests", dependencies: ["UsageDomain"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
