import AgentRuntime
import Bridge
import Testing

/// The codes stand in two targets that do not know each other: the agent's runtime gives them, the bridge puts them into
/// words.
@Suite("Problems of the agent")
struct AgentProblemTests {
    @Test("every code that the agent ends a run with has a sentence, and no sentence is without its code")
    func codes() {
        let codes =
            ModelError.Code.all.map(\.description) + [
                RunCode.refused, RunCode.lengthExhausted, RunCode.answerTooLong, RunCode.interrupted, RunCode.timedOut,
                RunCode.tooManyRounds,
            ]
        #expect(Set(codes) == Set(AgentProblem.allCases.map(\.rawValue)))
        #expect(codes.count == AgentProblem.allCases.count)
    }
}
