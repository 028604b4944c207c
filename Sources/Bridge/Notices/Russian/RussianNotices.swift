/// The Russian texts.
package struct RussianNotices: Notices {
    /// Creates the catalogue.
    package init() {}
}
