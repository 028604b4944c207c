import Bridge
import MatrixAPI
import Testing

extension BridgeStoreConformance {
    static let offers: [Case] = [
        Case("remembers what each room offers, and forgets what is withdrawn") { store in
            #expect(try await store.commandOffers(in: Fixtures.lobby) == [:])
            try await store.noteCommandOffer("one", stateKey: "a", in: Fixtures.lobby)
            try await store.noteCommandOffer("two", stateKey: "b \0", in: Fixtures.lobby)
            try await store.noteCommandOffer("three", stateKey: "a", in: Fixtures.attic)
            try await store.noteCommandOffer("four", stateKey: "a", in: Fixtures.lobby)
            #expect(try await store.commandOffers(in: Fixtures.lobby) == ["a": "four", "b \0": "two"])
            #expect(try await store.commandOffers(in: Fixtures.attic) == ["a": "three"])
            try await store.noteCommandOffer(nil, stateKey: "a", in: Fixtures.lobby)
            try await store.noteCommandOffer(nil, stateKey: "none", in: Fixtures.lobby)
            #expect(try await store.commandOffers(in: Fixtures.lobby) == ["b \0": "two"])
        }
    ]
}
