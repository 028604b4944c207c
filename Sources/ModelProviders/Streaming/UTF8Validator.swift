/// Checks that bytes are UTF-8 (RFC 3629), whatever the cuts between chunks; takes no notice of a character that is
/// still incomplete.
struct UTF8Validator: Sendable {
    /// How many continuation bytes the current character still needs.
    private var missing = 0
    /// What the next continuation byte may be: narrower after some first bytes, to refuse overlong forms and surrogates.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// How many of the bytes may be part of a valid text; fewer than there are where one may not.
    mutating func accept(_ bytes: [UInt8]) -> Int {
        bytes.firstIndex { !accept($0) } ?? bytes.count
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard allowed.contains(byte) else { return false }
            allowed = 0x80...0xBF
            missing -= 1
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: missing = 1
        case 0xE0: expect(2, 0xA0...0xBF)
        case 0xED: expect(2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: expect(3, 0x90...0xBF)
        case 0xF4: expect(3, 0x80...0x8F)
        case 0xF1...0xF3: missing = 3
        default: return false
        }
        return true
    }

    private mutating func expect(_ count: Int, _ range: ClosedRange<UInt8>) {
        missing = count
        allowed = range
    }
}
