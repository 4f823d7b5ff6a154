import { Empty } from '../../components/states';
import { useOrch } from '../../components/surroundings';
import { Name, visible } from '../../components/text';
import { layered } from '../../models/layered';
import type { AssetsModel } from './model';

const WIDTH = 168;
const HEIGHT = 30;

/** What an asset is made from and what is made from it; choosing one goes there. */
export function Lineage({ model }: { model: AssetsModel }): JSX.Element {
  const { trans } = useOrch();
  const edges = model.edges();
  const own = model.key ?? [];
  if (edges.length === 0) {
    return <Empty>{trans.__('Nothing is known of what it is made from or what is made from it.')}</Empty>;
  }
  const keys = [...new Map([own, ...edges.flatMap(edge => [edge.from, edge.to])].map(key => [JSON.stringify(key), key])).values()];
  const place = new Map(keys.map((key, i) => [JSON.stringify(key), i]));
  const pairs = edges.map(edge => [place.get(JSON.stringify(edge.from))!, place.get(JSON.stringify(edge.to))!] as const);
  const drawing = layered(
    keys.map(() => ({ width: WIDTH, height: HEIGHT })),
    pairs
  );
  return (
    <div className="jp-orch-Lineage" role="group" aria-label={trans.__('Lineage')}>
      <div style={{ position: 'relative', width: drawing.width, height: drawing.height }}>
        <svg width={drawing.width} height={drawing.height} aria-hidden="true" focusable="false">
          {pairs.map(([from, to], i) => {
            const a = drawing.places[from];
            const b = drawing.places[to];
            const [x1, y1, x2, y2] = [a.x + WIDTH / 2, a.y + HEIGHT, b.x + WIDTH / 2, b.y];
            const middle = (y1 + y2) / 2;
            return <path key={i} d={`M${x1},${y1} C${x1},${middle} ${x2},${middle} ${x2},${y2}`} />;
          })}
        </svg>
        {keys.map((key, i) => (
          <button
            key={i}
            type="button"
            className="jp-orch-Lineage-asset"
            aria-current={i === 0}
            aria-label={trans.__('Asset %1', key.map(visible).join(' / '))}
            style={{ left: drawing.places[i].x, top: drawing.places[i].y, width: WIDTH, height: HEIGHT }}
            onClick={() => model.choose(key)}
          >
            <Name text={key.join(' / ')} />
          </button>
        ))}
      </div>
    </div>
  );
}
