/// What a run may take, and how many there may be.
package struct RunLimits: Hashable, Sendable {
    /// The runs that are performed at once; more are refused with `busy`.
    package var openRuns = 64
    /// The rounds of tool calls in a run; after the last the model must answer without tools.
    package var toolRounds = 50
    /// The tool calls of one round that are executed at once; the others wait.
    package var parallelCalls = 8
    /// The time that a run may take, all attempts and pauses included.
    package var runDeadline = Duration.seconds(3_600)
    /// The time that one call of a tool may take.
    package var toolDeadline = Duration.seconds(120)
    /// The most bytes of a tool's output that the model gets; the rest is cut off.
    package var toolOutputBytes = 64 << 10
    /// The most bytes that the model may say and think in a run; past it the run fails.
    package var answerBytes = 8 << 20
    /// The turns of a thread that the model may be shown at most.
    package var historyTurns = 200
    /// The files of people that the model is shown at once, the latest ones.
    package var files = 8
    /// The bytes of all files that the model is shown at once.
    package var fileBytes = 20 << 20
    /// The tokens that are kept free for the answer where the model's own limit is not known.
    package var answerTokens = 4_096
    /// The attempts after which a run that keeps dying is given up.
    package var attempts = 8
    /// The bytes of a model's answer that wait for the log before the model has to wait too.
    package var unloggedBytes = 256 << 10
    /// How a failed call of the model is repeated.
    package var retries = RetryPolicy()

    /// Creates the default limits.
    package init() {}
}

/// When a call that has failed is made again.
package struct RetryPolicy: Hashable, Sendable {
    /// The repetitions after the first call.
    package var limit = 4
    /// The pause before the first repetition, doubled with each further one.
    package var first = Duration.milliseconds(500)
    /// The longest pause that it grows to.
    package var longest = Duration.seconds(30)
    /// The longest pause that a provider may ask for; past it the failure is told at once.
    package var patience = Duration.seconds(120)

    /// Creates the default policy.
    package init() {}

    /// The pause before a repetition, or nil where there is none.
    ///
    /// - Parameters:
    ///   - retries: The repetitions so far.
    ///   - wanted: What the provider asks for; never cut short.
    ///   - jitter: A random number from 0 to 1, so that many runs do not come back at the same instant.
    package func pause(afterRetries retries: Int, wanted: Duration?, jitter: Double) -> Duration? {
        guard retries < limit else { return nil }
        let doubled = first * (1 << min(retries, 16))
        let own = min(doubled, longest) * (0.5 + 0.5 * min(max(jitter, 0), 1))
        guard let wanted else { return own }
        return wanted > patience ? nil : max(wanted, own)
    }
}
