package import MatrixAPI

/// A file of the agent's that is kept until it has been posted.
package struct OutgoingFile: Hashable, Sendable, Codable {
    /// Where it is; absolute.
    package var path: String
    /// What it is.
    package var mimeType: String
    /// Its size in bytes.
    package var size: Int64
    /// The name that people see.
    package var filename: String
    /// The size of a picture.
    package var width: Int?
    /// The size of a picture.
    package var height: Int?

    /// Creates a file.
    package init(path: String, mimeType: String, size: Int64, filename: String, picture: ImageSize? = nil) {
        self.path = path
        self.mimeType = mimeType
        self.size = size
        self.filename = filename
        width = picture?.width
        height = picture?.height
    }

    /// How clients show it (client-server API, "m.room.message msgtypes").
    package var msgtype: MessageType {
        switch mimeType.prefix(while: { $0 != "/" }) {
        case "image": .image
        case "audio": .audio
        case "video": .video
        default: .file
        }
    }

    /// What clients are told about it.
    package var info: JSONValue {
        var info: [String: JSONValue] = ["mimetype": .string(mimeType), "size": .integer(size)]
        if let width, let height {
            info["w"] = .integer(Int64(width))
            info["h"] = .integer(Int64(height))
        }
        return .object(info)
    }
}
