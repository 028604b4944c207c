/// The figures of a run, as rows of a Markdown table.
struct Report {
    /// One measured figure.
    struct Figure {
        /// What was measured.
        var name: String
        /// What came of it.
        var value: String
        /// The same work at its least, in the same run; empty where there is none.
        var floor = ""
        /// What was wanted, and whether it was reached; nil for a figure that only explains another.
        var target: (text: String, isMet: Bool)?
    }

    private var figures: [Figure] = []

    /// Whether every target is met.
    var isMet: Bool { figures.allSatisfy { $0.target?.isMet ?? true } }

    /// Adds a figure.
    mutating func add(_ name: String, _ value: String, floor: String = "", target: (String, Bool)? = nil) {
        figures.append(Figure(name: name, value: value, floor: floor, target: target.map { (text: $0, isMet: $1) }))
    }

    /// The table.
    var table: String {
        let rows = figures.map { figure in
            let target = figure.target.map { "\($0.text) | \($0.isMet ? "yes" : "no")" } ?? " | "
            return "| \(figure.name) | \(figure.value) | \(figure.floor) | \(target) |"
        }
        let head = ["| figure | measured | floor, ratio | target | met |", "| --- | --- | --- | --- | --- |"]
        return (head + rows).joined(separator: "\n")
    }
}
