/// What one attempt of a run has taken so far, and who for.
public struct UsageRecord: Hashable, Sendable {
    /// The run.
    public var runID: String
    /// The attempt of the run, from 1.
    public var attempt: Int
    /// The user who asked.
    public var userID: String
    /// The conversation that the run belongs to.
    public var threadID: String
    /// The provider of the model.
    public var providerID: String
    /// The model.
    public var modelID: String
    /// The day on which the attempt began, in UTC, counted from 1970-01-01.
    public var day: Int
    /// The tokens of this attempt alone; without negative numbers, and none above `largestCount`.
    public let usage: Usage
    /// What they cost, in millionths of a US dollar, by the price of the time; nil where nobody has said the price.
    public let microdollars: Int64?

    /// The largest count that is kept, so that sums cannot overflow whatever a provider reports.
    public static let largestCount = 1_000_000_000_000

    /// Creates a record; counts are brought into their bounds, and the total is no less than its parts: a server that tells
    /// of none must not make its answers free.
    public init(
        runID: String, attempt: Int, userID: String, threadID: String, providerID: String, modelID: String, day: Int,
        usage: Usage, microdollars: Int64? = nil
    ) {
        self.runID = runID
        self.attempt = attempt
        self.userID = userID
        self.threadID = threadID
        self.providerID = providerID
        self.modelID = modelID
        self.day = day
        self.usage = Usage(
            promptTokens: Self.bounded(usage.promptTokens), completionTokens: Self.bounded(usage.completionTokens),
            totalTokens: Self.bounded(
                max(usage.totalTokens, Self.bounded(usage.promptTokens) + Self.bounded(usage.completionTokens))),
            cachedTokens: usage.cachedTokens.map(Self.bounded),
            reasoningTokens: usage.reasoningTokens.map(Self.bounded))
        self.microdollars = microdollars.map { min(max($0, 0), Int64(Self.largestCount)) }
    }

    /// The day of a time in milliseconds since 1970.
    public static func day(ofMilliseconds milliseconds: Int64) -> Int {
        let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        return Int(rest < 0 ? days - 1 : days)
    }

    /// The first day of the month of a day, in the Gregorian calendar.
    public static func firstDayOfMonth(_ day: Int) -> Int {
        // Years are counted from 1 March, so that the leap day is the last one, in eras of 400 years.
        let sinceEra = day + 719_468
        let inEra = (sinceEra % 146_097 + 146_097) % 146_097
        let year = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        return day - (inYear - (153 * month + 2) / 5)
    }

    private static func bounded(_ count: Int) -> Int { min(max(count, 0), largestCount) }
}
