import Foundation

/// Finds what a strict JSON decoder stumbles over, in one pass, and replaces it.
///
/// The pass follows strings and brackets only. JSON that is wrong in any other way comes out as wrong as it was.
struct JSONMender {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    private static let escapedReplacement = Array(#"\uFFFD"#.utf8)

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0
    private var output: [UInt8] = []
    /// Everything before this place is in `output` already, or replaced there.
    private var copied = 0
    private var isMended = false

    private init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The mended bytes, or nil where nothing needs mending.
    static func mend(_ data: Data) -> Data? {
        data.withUnsafeBytes { bytes in
            var mender = JSONMender(bytes)
            mender.run()
            guard mender.isMended else { return nil }
            mender.output.append(contentsOf: bytes[mender.copied...])
            return Data(mender.output)
        }
    }

    private mutating func run() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == MatrixJSON.maximumDepth {
                    replaceSubtree()
                } else {
                    depth += 1
                    position += 1
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case 0x80...: skipNonASCII()
            default: position += 1
            }
        }
    }

    /// Replaces `length` bytes at the current position and moves behind them.
    private mutating func replace(_ length: Int, with new: [UInt8]) {
        output.append(contentsOf: bytes[copied..<position])
        output.append(contentsOf: new)
        position += length
        copied = position
        isMended = true
    }

    /// Replaces the container at the current position, which lies too deep, by `null`.
    private mutating func replaceSubtree() {
        let start = position
        var open = 0
        repeat {
            switch bytes[position] {
            case UInt8(ascii: "\""): jumpOverString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                position += 1
            default: position += 1
            }
        } while open > 0 && position < bytes.count
        let length = position - start
        position = start
        replace(length, with: Array("null".utf8))
    }

    private mutating func jumpOverString() {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, bytes.count)
    }

    private mutating func skipString() {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): skipEscape()
            case 0x80...: skipNonASCII()
            default: position += 1
            }
        }
    }

    private mutating func skipEscape() {
        guard let unit = escapedUnit(at: position) else {
            position = min(position + 2, bytes.count)
            return
        }
        switch unit {
        case 0xD800...0xDBFF:
            if let low = escapedUnit(at: position + 6), (0xDC00...0xDFFF).contains(low) {
                position += 12
            } else {
                replace(6, with: Self.escapedReplacement)
            }
        case 0xDC00...0xDFFF: replace(6, with: Self.escapedReplacement)
        default: position += 6
        }
    }

    /// The code unit of a complete `\uXXXX` at this place, or nil.
    private func escapedUnit(at start: Int) -> UInt16? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            guard let digit = Self.hexDigit(bytes[index]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Moves behind one UTF-8 sequence, or replaces one byte that does not begin a well-formed one.
    private mutating func skipNonASCII() {
        let lead = bytes[position]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return replace(1, with: Self.replacement)
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]),
            bytes[(position + 2)..<(position + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { return replace(1, with: Self.replacement) }
        position += length
    }
}
