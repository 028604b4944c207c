package import Foundation
package import PlatformSDK

/// `clock`: tells the model what time it is, in UTC or at a place.
package struct ClockTool: ToolExecutor {
    private let now: @Sendable () -> Date

    /// Creates the tool over a source of the time.
    package init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    package func tools(for request: MessageRequest) async -> [Tool] {
        let zone = OpaqueJSON.object([
            "type": .string("string"),
            "description": .string("A time zone of the IANA database, such as Europe/Rome; UTC where it is left out."),
        ])
        let parameters = OpaqueJSON.object([
            "type": .string("object"), "properties": .object(["time_zone": zone]), "additionalProperties": .bool(false),
        ])
        let tool = ModelTool(
            name: "clock", description: "Tells the date, the time and the day of the week.", parameters: parameters)
        return [Tool(tool, hasSideEffects: false)]
    }

    package func execute(_ call: ToolInvocation) async throws -> ToolOutcome {
        let name = call.arguments["time_zone"]?.string ?? "UTC"
        guard let zone = TimeZone(identifier: name) else {
            return ToolOutcome("There is no time zone \(name); name one of the IANA database.", success: false)
        }
        var style = Date.ISO8601FormatStyle(timeZone: zone)
        style = style.year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .colon)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let weekday = weekdays[(calendar.component(.weekday, from: now()) - 1) % weekdays.count]
        return ToolOutcome("\(weekday), \(now().formatted(style)) (\(name))")
    }
}
