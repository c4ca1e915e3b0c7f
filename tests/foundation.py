"""What the fixtures and the tests of the ground agree on."""

from loanbroker_api.embedded import APPLICATION, MIGRATOR

TEST_POSTGRES = {
    # A test's data need not survive a power cut. synchronous_commit stays on: a killed server must still have what was committed.
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
TEST_PASSWORDS = {APPLICATION: "application-of-the-tests", MIGRATOR: "migrator-of-the-tests"}
TEST_DATABASE = "loanbroker"
