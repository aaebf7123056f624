import Operations
import UsageDomain
import Warehouse

/// `prune --plan` for a person.
struct PruningText: CustomStringConvertible {
    let partitions: [PrunablePartition]

    init(_ partitions: [PrunablePartition]) {
        self.partitions = partitions
    }

    /// What one partition holds, in a sentence.
    static func line(of partition: PrunablePartition) -> String {
        "\(partition.name), \(days(of: partition)), \(partition.rows) rows, \(size(partition.bytes))"
    }

    var description: String {
        guard !partitions.isEmpty else { return "Nothing to drop." }
        var table = TextTable(["SUBJECT", "PARTITION", "DAYS", "ROWS", "SIZE"])
        for partition in partitions {
            table.add([
                partition.subject.rawValue, partition.name, Self.days(of: partition), "\(partition.rows)",
                Self.size(partition.bytes),
            ])
        }
        let rows = partitions.reduce(0) { $0 + $1.rows }
        let bytes = partitions.reduce(0) { $0 + $1.bytes }
        let count = partitions.count == 1 ? "1 partition" : "\(partitions.count) partitions"
        return "\(table)\n\n\(count), \(rows) rows, \(Self.size(bytes)). Nothing was dropped."
    }

    private static func days(of partition: PrunablePartition) -> String {
        "\(partition.days.lowerBound)..\(partition.days.upperBound.advanced(by: -1))"
    }

    /// Rounded up to what a person compares.
    private static func size(_ bytes: Int64) -> String {
        bytes < 1 << 20 ? "\((bytes + 1023) >> 10) KiB" : "\((bytes + (1 << 20) - 1) >> 20) MiB"
    }
}
