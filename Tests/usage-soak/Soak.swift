import ArgumentParser

/// Months of usaged's life in minutes, with everything going wrong, and then the proof that nothing was lost.
@main
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage-soak",
        abstract: "Runs usaged for simulated months through faults of every kind, and proves that nothing was lost.",
        discussion: """
            Starts a private PostgreSQL, both simulated vendors on a quick clock, and the daemon as a process of its own; \
            lets requests fail, kills the daemon and PostgreSQL, and changes the past, all from one seed. In the end \
            every stored row is compared with the truth, and the vendors' ledger is searched for queries that were \
            submitted twice for no reason.
            """,
        subcommands: [RunCommand.self, DaemonCommand.self],
        defaultSubcommand: RunCommand.self)
}
