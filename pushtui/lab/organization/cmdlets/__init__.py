"""The cmdlets of the two endpoints, by area. Each module offers `cmdlets(…)`: the `CmdletSpec`s of its area."""
