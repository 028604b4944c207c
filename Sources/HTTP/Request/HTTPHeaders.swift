/// Header fields in the order of the wire; names compare without regard to case (RFC 9110, section 5.1).
package struct HTTPHeaders: Sendable {
    /// One header field.
    package struct Field: Hashable, Sendable {
        /// The name, spelled as given.
        package let name: String
        /// The value without surrounding white space.
        package let value: String

        /// Makes a field.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// All fields, repeated ones included.
    package private(set) var fields: [Field]

    /// Makes headers from fields in their order.
    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    /// The first value of a name, or nil.
    package func first(name: String) -> String? {
        fields.first { $0.name.isEqualIgnoringCase(to: name) }?.value
    }

    /// All values of a name in their order.
    package func all(name: String) -> [String] {
        fields.filter { $0.name.isEqualIgnoringCase(to: name) }.map(\.value)
    }

    /// Appends a field and keeps those of the same name.
    package mutating func add(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Puts one field in the place of all of that name.
    package mutating func set(name: String, value: String) {
        remove(name: name)
        add(name: name, value: value)
    }

    /// Removes all fields of a name.
    package mutating func remove(name: String) {
        fields.removeAll { $0.name.isEqualIgnoringCase(to: name) }
    }

    /// Keeps the fields that the predicate accepts.
    mutating func keep(where isKept: (Field) -> Bool) {
        fields.removeAll { !isKept($0) }
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// Makes headers from a literal, in its order.
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Field(name: $0.0, value: $0.1) })
    }
}

extension HTTPHeaders: CustomStringConvertible {
    /// The names only: values carry credentials.
    package var description: String {
        fields.map(\.name).joined(separator: ", ")
    }
}

extension HTTPHeaders: CustomReflectable {
    /// Shows the names only, so that a dump of a request never shows credentials.
    package var customMirror: Mirror {
        Mirror(self, children: ["names": description])
    }
}

extension String {
    /// Whether two names are the same but for the case of ASCII letters.
    func isEqualIgnoringCase(to other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    /// The lower-case letter for an ASCII capital, anything else as it is.
    fileprivate var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
