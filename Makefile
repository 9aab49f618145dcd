# lutmac: `make demo` shows it, `make test` checks it. Both install what is missing (Debian/Ubuntu).

MVN   := mvn -B -ntp -q
SHELL := /bin/bash

.PHONY: help dist demo test test-fast campaign build bench accuracy area clock prove mutate fuzz train-digits train-networks format clean tools test-tools

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: build ## build, then run the whole path on the embedded example
	bin/lutmac demo

test: test-tools ## all tests
	mvn -B -ntp -T 2 verify

test-fast: test-tools ## the tests without those tagged slow: no whole networks, few simulators
	mvn -B -ntp -T 2 '-Dtests.without=slow | campaign' verify

campaign: test-tools ## the tests that take a simulator of a wide array each (half an hour)
	mvn -B -ntp -Dtests.with=campaign -Dtests.without= verify

build: target/built ## bin/lutmac, if a source is newer than it
	@here='$(CURDIR)'; (source bin/runtime-classpath) 2> /dev/null || bin/build

# All that the build reads; a folder changes when a file in it comes or goes.
target/built: $(shell find pom.xml */pom.xml */src bin/build) | tools
	@bin/build

dist: build ## one archive (build/lutmac-VERSION.tar.gz) that runs anywhere with Java 17: command, documents, samples, sources, Javadoc
	bin/make-dist

bench: build test-tools ## speed and memory, as ratios to a reference in the same run; quantizing real networks against its bars
	testbenches/bench.sh

accuracy: build ## top-1 of the real networks over their whole test sets (needs LUTMAC_DATA)
	testbenches/accuracy.sh

area: build test-tools ## LUTs per processing element, by yosys
	testbenches/area.sh

clock: build test-tools ## paths and area with a cell library (make clock LIBERTY=FILE, osu018 if it is installed), clock in an HX8K, by yosys and nextpnr
	testbenches/clock.sh $(LIBERTY)

prove: build test-tools ## modules of the hardware against their contracts, for all inputs, by yosys
	testbenches/prove.sh

mutate: build test-tools ## single changed bits in every module, and how many of them the tests notice, by yosys
	testbenches/mutate.sh

fuzz: build test-tools ## a million damaged files for every reader (two or three hours); `make test` has a sample
	testbenches/fuzz.sh $(FUZZ)

train-digits: build ## train the embedded example's network again
	bin/train-digits

train-networks: build test-tools ## train the small networks of the tests again
	testbenches/train-networks.sh

format: ## apply the code format that the build checks
	$(MVN) spotless:apply

clean: ## remove everything that was built
	$(MVN) clean

tools:
	@bin/install-tools

test-tools:
	@bin/install-tools --test
