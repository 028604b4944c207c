import AgentRuntime
import Logging
import PlatformSDK
import Testing

@testable import rialto

@Suite("provider.models")
struct ModelListTests {
    private func load(_ source: String, _ environment: [String: String] = [:]) throws -> Configuration {
        try ConfigurationLoader(environment: environment, workingDirectory: "/cwd", systemFile: "/nowhere.toml")
            .load(source: source, name: "config.toml", directory: "/etc/rialto")
    }

    private func problem(_ source: String, _ environment: [String: String] = [:]) -> String {
        do {
            _ = try load(source, environment)
            return "(none)"
        } catch {
            return "\(error)"
        }
    }

    private static let whole = """
        [provider]
        model = "Large"
        [[provider.models]]
        name = "large"
        title = "The large one"
        context_tokens = 400_000
        max_output_tokens = 128_000
        input_price = 1.25
        cached_input_price = 0.125
        output_price = 10
        [[provider.models]]
        name = "small"
        [[provider.models]]
        name = "family"
        context_tokens = 8192
        selectable = false
        """

    @Test("models are read with all that is known of them")
    func reads() throws {
        let provider = try load(Self.whole).provider
        let entries = try #require(provider.models?.entries)
        #expect(
            entries == [
                ModelEntry(
                    name: "large", title: "The large one", contextTokens: 400_000, maxOutputTokens: 128_000,
                    inputPrice: 1.25, cachedInputPrice: 0.125, outputPrice: 10),
                ModelEntry(name: "small"), ModelEntry(name: "family", contextTokens: 8192, isSelectable: false),
            ])
        #expect(
            provider.choice == [
                OfferedModel(name: "Large", title: "The large one", contextTokens: 400_000),
                OfferedModel(name: "small"),
            ])
        let catalogue = provider.catalogue
        #expect(catalogue["Large"]?.contextLength == 400_000 && catalogue["large"]?.maxOutputTokens == 128_000)
        #expect(catalogue["small"]?.contextLength == nil && catalogue["family-2026-01-01"]?.contextLength == 8192)
        let usage = Usage(promptTokens: 1_000_000, completionTokens: 100_000)
        #expect(catalogue.cost(of: usage, model: "Large") == 2.25)
        #expect(catalogue.cost(of: usage, model: "small") == nil)
    }

    @Test("the literal of a list reads as the same list")
    func literal() throws {
        let provider = try load(Self.whole).provider
        let literal = try #require(provider.models?.tomlLiteral)
        #expect(try load("[provider]\nmodels = \(literal)").provider.models == provider.models)
        #expect(try load("").provider.models == nil && load("").provider.choice.isEmpty)
    }

    @Test(
        "an error names the model, the key and the line",
        arguments: [
            ("name = 7", ":4: provider.models[2].name: is a whole number, must be a string"),
            ("name = \"\"", ":4: provider.models[2].name: must be a text of at most 200 bytes"),
            ("name = \"a\\nb\"", ":4: provider.models[2].name: must be a text of at most 200 bytes"),
            ("name = \"Default\"", ":4: provider.models[2].name: must be neither \"default\" nor a number"),
            ("name = \"12\"", ":4: provider.models[2].name: must be neither \"default\" nor a number"),
            ("name = \"FIRST\"", ":4: provider.models[2].name: names the model \"FIRST\" again, which is the 1st"),
            ("title = \"T\"", ":3: provider.models[2]: has no `name`"),
            ("nam = \"x\"", ":4: provider.models[2].nam: unknown key; did you mean \"name\"?"),
            ("name = \"x\"\ncontext_tokens = 0", ":5: provider.models[2].context_tokens: must be between 1 and"),
            ("name = \"x\"\ncontext_tokens = \"8k\"", ":5: provider.models[2].context_tokens: is a string, must be"),
            ("name = \"x\"\nmax_output_tokens = -1", ":5: provider.models[2].max_output_tokens: must be between 1 and"),
            (
                "name = \"x\"\ncontext_tokens = 10\nmax_output_tokens = 10",
                ":6: provider.models[2].max_output_tokens: must be less than `context_tokens`"
            ),
            (
                "name = \"x\"\ninput_price = -0.1\noutput_price = 1",
                ":5: provider.models[2].input_price: must be a price in US dollars"
            ),
            (
                "name = \"x\"\ninput_price = 1\noutput_price = inf",
                ":6: provider.models[2].output_price: must be a price in US dollars"
            ),
            (
                "name = \"x\"\ninput_price = nan\noutput_price = 1",
                ":5: provider.models[2].input_price: must be a price in US dollars"
            ),
            ("name = \"x\"\ninput_price = 1", ":3: provider.models[2]: has `input_price` but no `output_price`"),
            ("name = \"x\"\noutput_price = 1", ":3: provider.models[2]: has `output_price` but no `input_price`"),
            (
                "name = \"x\"\nselectable = \"no\"",
                ":5: provider.models[2].selectable: is a string, must be true or false"
            ),
        ]
    )
    func errors(second: String, expected: String) {
        let text = problem("[[provider.models]]\nname = \"first\"\n[[provider.models]]\n" + second)
        #expect(text.hasPrefix("config.toml" + expected) && !text.contains("\n"), "\(text)")
    }

    @Test("a price of cached tokens alone lacks both others, and each fault of a model is told")
    func allErrors() {
        let text = problem(
            """
            [[provider.models]]
            name = "x"
            cached_input_price = 1
            context_tokens = 0
            [[provider.models]]
            tittle = "y"
            """)
        let expected = [
            ":1: provider.models[1]: has `cached_input_price` but no `input_price`",
            ":1: provider.models[1]: has `cached_input_price` but no `output_price`",
            ":4: provider.models[1].context_tokens: must be", ":5: provider.models[2]: has no `name`",
            ":6: provider.models[2].tittle: unknown key; did you mean \"title\"?",
        ]
        let lines = text.split(separator: "\n")
        #expect(lines.count == expected.count, "\(text)")
        for (line, beginning) in zip(lines, expected) { #expect(line.hasPrefix("config.toml" + beginning)) }
    }

    @Test("the list is a list, and not a long one")
    func lists() {
        #expect(problem("[provider]\nmodels = 7").contains("is a whole number, must be a list of tables"))
        #expect(
            problem("[provider]\nmodels = [\n\"x\"]").hasPrefix(
                "config.toml:3: provider.models[1]: is a string, must be a table"))
        let many = (1...101).map { "[[provider.models]]\nname = \"m\($0)\"" }.joined(separator: "\n")
        #expect(problem(many).contains("provider.models: has 101 models, must have at most 100"))
    }

    @Test("models come from the environment as JSON, in place of those of the file")
    func environment() throws {
        let json = #"[{"name": "m", "context_tokens": 9, "input_price": 1, "output_price": 2.5}]"#
        let models = try load(Self.whole, ["RIALTO_PROVIDER_MODELS": json]).provider.models
        #expect(models?.entries == [ModelEntry(name: "m", contextTokens: 9, inputPrice: 1, outputPrice: 2.5)])
        for (json, expected) in [
            ("m,n", ": must be a list of models in JSON"), (#"[{"name": "m"}, {"name": "m"}]"#, "[2].name: names the"),
        ] {
            let text = problem("", ["RIALTO_PROVIDER_MODELS": json])
            #expect(text.hasPrefix("environment RIALTO_PROVIDER_MODELS: provider.models" + expected), "\(text)")
        }
    }

    @Test("the inspection shows what people can choose, and what nobody has said")
    func inspection() throws {
        func findings(_ source: String) throws -> [Finding] {
            Inspection(configuration: try load(source), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                .models
        }
        let found = try findings(Self.whole)
        #expect(found.map(\.state) == [.ok, .warning])
        #expect(
            found.first?.message
                == "Large (default, 400000 tokens, $1.25 and $10 for a million tokens in and out); small")
        #expect(found.last?.message.contains("nobody has said what small reads") == true)
        #expect(try findings("").isEmpty)
        #expect(try findings("[platform]\nbackend = \"socket\"\n" + Self.whole).isEmpty)
        #expect(try findings("[[provider.models]]\nname = \"x\"\nselectable = false").map(\.state) == [.warning])
    }
}
