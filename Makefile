# `make run` and `make test` are all that a newcomer needs. Everything else is for those who work on signalbox.
.PHONY: help run build test tools bench soak fmt lint docs

SIGNALBOX := cargo run --release --quiet -p signalbox --

help:           ## what there is
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

EXAMPLE ?= shop

# STORE=redis: on the Redis server that REDIS_URL names, or on one of its own that ends with the gateway.
run:            ## build, start the example shop, print one address; EXAMPLE=hello: the smallest one; STORE=redis: on Redis
ifeq ($(EXAMPLE),shop)
	examples/shop/shop.py secrets
endif
ifeq ($(STORE),redis)
	.ci/run-on-redis $(EXAMPLE)
else
	cargo run --release -p signalbox -- serve --config examples/$(EXAMPLE)/signalbox.yaml
endif

build:          ## the binary, target/release/signalbox
	cargo build --release -p signalbox

tools:          ## what tests need from the system
	.ci/install-test-tools

test: tools     ## all tests
	.ci/test

bench: build    ## messages a second, latency, memory; each beside a bare ceiling
	cargo bench -p signalbox-tests --bench way

# PART: kill-embedded, kill -9 under load, 200 times; kill-redis, of the gateway and its Redis server in turn; strangers, a million people who write once. Interrupted, it goes on where it was.
soak: build     ## long runs: make soak PART=kill-embedded, kill-redis or strangers
	cargo run --release -p signalbox-tests --bin signalbox-soak -- $(PART)

fmt:            ## lay everything out
	cargo fmt --all
	$(SIGNALBOX) fmt examples/hello/rules
	$(SIGNALBOX) fmt examples/shop/rules

lint:           ## what CI refuses
	cargo fmt --all --check
	CLIPPY_CONF_DIR=$(CURDIR)/.ci cargo clippy --workspace --all-targets -- -D warnings

docs:           ## write the pages that are made from the code
	UPDATE_GOLDEN=1 cargo test -p signalbox-telemetry -p signalbox --lib manual
