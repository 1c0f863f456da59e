# The Ketamine Treatment Guide. `make` alone lists what there is.

PYTHON  := .venv/bin/python
RASA    := $(PYTHON) -m rasa
MODEL   := models/guide.tar.gz
LEARNT  := config.yml domain.yml $(shell find data -type f) $(shell find ketamine_guide/content ketamine_guide/crisis ketamine_guide/nlu -name '*.py' -o -name '*.safetensors')
QUESTIONS ?= tests/evaluation/questions.jsonl

export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

.DEFAULT_GOAL := help
.PHONY: help install run shell train test check evaluate curve bench tune lock clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

install: .venv/installed  ## install everything into .venv (done by the others when needed)

.venv/installed: requirements.lock scripts/install
	@scripts/install

run: $(MODEL)  ## serve the guide on this machine; Ctrl-C stops it
	@$(PYTHON) -m ketamine_guide.launch run

shell: $(MODEL)  ## talk to the guide in this terminal; make shell AS=sms shows the text messages
	@$(PYTHON) -m ketamine_guide.launch shell $(if $(AS),--as $(AS))

train: $(MODEL)  ## train the model if anything it learns from has changed

$(MODEL): $(LEARNT) requirements.lock | .venv/installed
	@echo "Training the model (some minutes) ..."
	@$(RASA) train --fixed-model-name guide --quiet > var/train.log 2>&1 || { tail -n 40 var/train.log; echo "Training failed. The whole log is var/train.log"; exit 1; }
	@touch $(MODEL)

test: check $(MODEL)  ## install, train, and pass all checks and tests
	@$(PYTHON) -m pytest

check: .venv/installed  ## style and types only
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

evaluate: $(MODEL)  ## measure answers and crisis screen: make evaluate QUESTIONS=set.jsonl CRISIS=set.jsonl
	@$(PYTHON) -m ketamine_guide.evaluate $(QUESTIONS); answers=$$?; \
	$(PYTHON) -W ignore -m ketamine_guide.crisis.evaluate $(CRISIS) && exit $$answers

curve: .venv/installed  ## show what each doubling of the crisis examples gains: make curve CRISIS=set.jsonl
	@$(PYTHON) -W ignore -m ketamine_guide.crisis.learning_curve $(CRISIS)

bench: .venv/installed  ## measure speed beside Rasa's default pipeline; make bench QUICK=1 takes a quarter of an hour
	@$(PYTHON) -W ignore -m ketamine_guide.bench $(if $(QUICK),--quick)

tune: .venv/installed  ## fit the sentence encoder to the examples again (up to an hour; its result is kept in git)
	@$(PYTHON) -m ketamine_guide.nlu.tune

lock:  ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock

clean:  ## remove what was installed, trained and measured; var/ stays
	rm -rf .venv .rasa models/*.tar.gz reports
