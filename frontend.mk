# The front-end bundles: frontend/src -> service/web/static/dist. See frontend/README.md.
NODE             := tools/with-node $(abspath $(BIN)/python)
FRONTEND_SOURCES := $(shell find frontend/src frontend/tools -type f) frontend/build.js frontend/icons.txt

assets: $(STAMP)/assets ## build the front-end bundles

$(STAMP)/node_modules: frontend/package.json frontend/package-lock.json frontend/.npmrc | $(STAMP)/venv
	cd frontend && $(NODE) npm ci --ignore-scripts --no-progress --loglevel=error
	@touch $@

$(STAMP)/assets: $(STAMP)/node_modules $(FRONTEND_SOURCES)
	cd frontend && $(NODE) node build.js
	@touch $@

.PHONY: test-frontend
test-frontend: $(STAMP)/node_modules ## test the front-end's pure functions
	cd frontend && $(NODE) npm test --silent
