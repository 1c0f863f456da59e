// Made by `npm run build` from data/crisis/resources.yml. Change the numbers there.

/** @typedef {{ number: string, word: string }} Text */

/** @type {Record<string, { emergency: string, call: string, text?: Text, textLine?: Text, es: { call?: string, text?: Text } }>} */
export const LINES = {
  "US": {
    "emergency": "911",
    "call": "988",
    "text": {
      "number": "988",
      "word": ""
    },
    "es": {
      "call": "988 y marque 2",
      "text": {
        "number": "988",
        "word": "AYUDA"
      }
    },
    "textLine": {
      "number": "741741",
      "word": "HOME"
    }
  },
  "CA": {
    "emergency": "911",
    "call": "988",
    "text": {
      "number": "988",
      "word": ""
    },
    "es": {}
  },
  "GB": {
    "emergency": "999",
    "call": "116 123",
    "es": {},
    "textLine": {
      "number": "85258",
      "word": "SHOUT"
    }
  },
  "IE": {
    "emergency": "112",
    "call": "116 123",
    "es": {},
    "textLine": {
      "number": "50808",
      "word": "HELLO"
    }
  },
  "AU": {
    "emergency": "000",
    "call": "13 11 14",
    "text": {
      "number": "0477 13 11 14",
      "word": ""
    },
    "es": {}
  },
  "NZ": {
    "emergency": "111",
    "call": "1737",
    "text": {
      "number": "1737",
      "word": ""
    },
    "es": {}
  },
  "MX": {
    "emergency": "911",
    "call": "800 911 2000",
    "es": {}
  },
  "ES": {
    "emergency": "112",
    "call": "024",
    "es": {}
  }
}
