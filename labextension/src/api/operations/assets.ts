/** Assets; `npm run codegen` types the documents from the schema. */
import { graphql } from '../gql';

export const METADATA_ENTRY = graphql(`
  fragment MetadataEntry on EventMetadataEntry {
    __typename
    label
    description
    ... on EventTextMetadataEntry {
      text
    }
    ... on EventUrlMetadataEntry {
      url
    }
    ... on EventPathMetadataEntry {
      path
    }
    ... on EventMarkdownMetadataEntry {
      mdStr
    }
    ... on EventJsonMetadataEntry {
      jsonString
    }
    ... on EventFloatMetadataEntry {
      floatValue
    }
    ... on EventIntMetadataEntry {
      intValue
      intRepr
    }
    ... on EventPythonArtifactMetadataEntry {
      module
      name
    }
    ... on EventPipelineRunMetadataEntry {
      pipelineRunId
    }
    ... on EventAssetMetadataEntry {
      assetKey {
        path
      }
    }
    ... on EventTableMetadataEntry {
      table
    }
  }
`);

export const ASSETS = graphql(`
  query Assets($cursor: String, $limit: Int!) {
    assetsOrError(cursor: $cursor, limit: $limit) {
      __typename
      ... on AssetConnection {
        cursor
        nodes {
          id
          key {
            path
          }
        }
      }
      ... on Error {
        message
      }
    }
    assetNodes {
      id
      assetKey {
        path
      }
      opName
      computeKind
      repositoryName
      repositoryLocationName
      jobNames
      description
      dependencyKeys {
        path
      }
    }
  }
`);

export const ASSET_DETAIL = graphql(`
  query AssetDetail($key: AssetKeyInput!, $limit: Int!) {
    assetOrError(assetKey: $key) {
      __typename
      ... on Asset {
        id
        materializationCountByPartition {
          partition
          materializationCount
        }
        upstream: lineage(upstream: true, depth: 4) {
          asset {
            path
          }
          madeFrom {
            path
          }
        }
        downstream: lineage(upstream: false, depth: 4) {
          asset {
            path
          }
          madeFrom {
            path
          }
        }
        assetMaterializations(limit: $limit) {
          cursor
          partition
          runId
          timestamp
          materializationEvent {
            materialization {
              description
              metadataEntries {
                ...MetadataEntry
              }
            }
          }
        }
        assetObservations(limit: 20) {
          cursor
          partition
          runId
          timestamp
          observationEvent {
            materialization {
              description
              metadataEntries {
                ...MetadataEntry
              }
            }
          }
        }
      }
      ... on Error {
        message
      }
    }
  }
`);

export const WIPE_ASSET = graphql(`
  mutation WipeAsset($keys: [AssetKeyInput!]!) {
    wipeAssets(assetKeys: $keys) {
      __typename
      ... on Error {
        message
      }
    }
  }
`);
