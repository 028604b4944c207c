/// What every file under `Sources/` is held against. Each rule returns its violations as sentences; none is good.
enum ArchitectureRules {
    /// The longest that a file may be.
    static let maximumLines = 400

    /// All violations in a tree, in the order of its files.
    static func violations(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            unknownTarget(file) + forbiddenImports(file) + length(file) + printing(file) + unfinishedWork(file)
        } + sharedThirdParties(files)
    }

    /// Every folder below `Sources/` is a target of the table.
    static func unknownTarget(_ file: SourceFile) -> [String] {
        if file.target == House.systemLibraries { return ["\(file.path): system libraries hold no Swift"] }
        if House.targets[file.target] != nil { return [] }
        return ["\(file.path): the target \(file.target) is not in the table of targets"]
    }

    /// Imports point down, and third-party modules are imported by their owner.
    static func forbiddenImports(_ file: SourceFile) -> [String] {
        guard let importer = House.targets[file.target] else { return [] }
        return file.imports.compactMap { module, line in
            objection(to: module, from: file.target, importer).map { "\(file.path):\(line): \($0)" }
        }
    }

    private static func objection(to module: String, from target: String, _ importer: House.Target) -> String? {
        if House.shared.contains(module) || importer.owns.contains(module) || importer.wraps.contains(module) {
            return nil
        }
        if let imported = House.targets[module] {
            if imported.layer >= importer.layer {
                return "\(target) (layer \(importer.layer)) may not import \(module) (layer \(imported.layer))"
            }
            let isForbidden = House.forbidden[target]?.contains(module) == true
            return isForbidden ? "\(target) decides without I/O and may not import \(module)" : nil
        }
        let owner = House.targets.first { $0.value.owns.contains(module) || $0.value.wraps.contains(module) }
        if let owner { return "\(module) belongs to \(owner.key); \(target) may not import it" }
        return "\(module) is in no row of the table of targets; \(target) may not import it"
    }

    /// No third-party module has two importers, whatever the table says.
    static func sharedThirdParties(_ files: [SourceFile]) -> [String] {
        var importers: [String: Set<String>] = [:]
        for file in files {
            for (module, _) in file.imports where !House.shared.contains(module) && House.targets[module] == nil {
                importers[module, default: []].insert(file.target)
            }
        }
        return importers.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { module, targets in
            "\(module) is imported by more than one target: \(targets.sorted().joined(separator: ", "))"
        }
    }

    /// A file stays short enough to hold one concept.
    static func length(_ file: SourceFile) -> [String] {
        guard file.lineCount > maximumLines else { return [] }
        return ["\(file.path): \(file.lineCount) lines; past \(maximumLines) there is a second concept in it"]
    }

    /// Only the executable writes to the standard output; everything else logs.
    static func printing(_ file: SourceFile) -> [String] {
        guard file.target != "rialto" else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let code = SourceFile.code(of: line)
            let callsPrint = code.ranges(of: "print(").contains { range in
                guard range.lowerBound > code.startIndex else { return true }
                let before = code[code.index(before: range.lowerBound)]
                return !(before.isLetter || before.isNumber || before == "_" || before == ".")
            }
            return callsPrint ? "\(file.path):\(index + 1): only the executable prints; log it" : nil
        }
    }

    /// Nothing is left for later in the code.
    static func unfinishedWork(_ file: SourceFile) -> [String] {
        let words = ["TO" + "DO", "FIX" + "ME"]
        return file.lines.enumerated().compactMap { index, line in
            guard let word = words.first(where: { line.contains($0) }) else { return nil }
            return "\(file.path):\(index + 1): \(word) is unfinished work; finish it or drop it"
        }
    }
}
